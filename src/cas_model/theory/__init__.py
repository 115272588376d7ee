"""Trials of programme theories: context, mechanism and outcome put to the test in paired worlds."""
