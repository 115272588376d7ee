"""Programme theories on trial: context, mechanism and outcome stated in a file, tested in paired worlds."""
