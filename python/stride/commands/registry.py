"""``stride models``, ``stride promote`` and ``stride rollback``: versions of the model."""

import click

_WHY = click.option(
    "--why", required=True, metavar="TEXT", help="The reason, recorded with the decision."
)


@click.command()
def models():
    """List the versions in the model registry: gate, role and kind."""
    from stride.racetime import registry

    client, name = registry.connect_to_read(), registry.default_name()
    roles: dict[str, list[str]] = {}
    for alias in (registry.CHAMPION, registry.CHALLENGER, registry.PREVIOUS):
        version = registry.by_alias(client, name, alias)
        if version is not None:
            roles.setdefault(version.number, []).append(alias)
    numbers = registry.numbers(client, name)
    if not numbers:
        click.echo(f"There is no version of {name} yet: stage 1 forecasts alone.")
    for number in numbers:
        tags = registry.tags(client, name, number)
        gate = {"True": "gate passed", "False": "gate failed"}.get(
            tags.get("is_gate_passed"), "gate unknown"
        )
        marks = ", ".join(roles.get(number, [])) or "-"
        click.echo(f"{number:>4}  {gate:12}  {marks}  {tags.get('candidate', '')}".rstrip())


@click.command()
@click.argument("version")
@_WHY
@click.option("--anyway", is_flag=True, help="Even if the version failed the gate.")
def promote(version: str, why: str, anyway: bool):
    """Make VERSION the champion: the next build forecasts with it.

    The current champion becomes @previous_champion. The decision is recorded, and the next build
    shows it in training.model_decisions.
    """
    from stride.errors import StrideError
    from stride.racetime import decisions, registry

    _say_why(why)
    client, name = registry.connect(), registry.default_name()
    with registry.alone():
        wanted = registry.by_number(client, name, version)
        passed = registry.tags(client, name, wanted.number).get("is_gate_passed")
        if passed == "False" and not anyway:
            raise StrideError(f"Version {version} failed the gate: use --anyway to promote it.")
        registry.load(name, wanted.number)
        evidence = {"is_gate_passed": passed, "by_hand": True}
        is_new = decisions.promote(
            client, name, wanted, by=decisions.user(), why=why, evidence=evidence
        )
    click.echo(f"{name}: version {version} is {'now' if is_new else 'already'} the champion.")


@click.command()
@_WHY
def rollback(why: str):
    """Make the previous champion the champion again.

    The gate will not promote the replaced version again; `stride promote` can.
    """
    from stride.racetime import decisions, registry

    _say_why(why)
    client, name = registry.connect(), registry.default_name()
    with registry.alone():
        version = decisions.rollback(client, name, by=decisions.user(), why=why)
    click.echo(f"{name}: version {version.number} is the champion again.")


def _say_why(why: str) -> None:
    if not why.strip():
        raise click.UsageError("--why is empty: give a reason for the decision.")
