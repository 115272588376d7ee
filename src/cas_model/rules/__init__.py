"""The rules of the model, one per file; a kind of rule is a folder."""

from cas_model.config.registry import load_package

KINDS = ("governance", "principles", "funding", "shocks", "mechanisms", "learning", "rewiring")


def load_rules() -> None:
    """Register every rule, and every parameter of the territory that rules build on.

    Call it before a scenario is loaded: scenarios are checked against what is registered.
    """
    load_package("cas_model.territory")
    for kind in KINDS:
        load_package(f"cas_model.rules.{kind}")
