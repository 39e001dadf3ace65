"""``stride forecast``: what-if forecast of a future race."""

from datetime import date
from pathlib import Path

import click

from stride import paths
from stride.errors import StrideError
from stride.plural import counted


@click.command()
@click.option("--race-date", metavar="DAY", required=True, help="Date of the race: 2027-04-25.")
@click.option(
    "--distance", metavar="X", required=True, help="10k, 5 mi, half marathon, marathon or metres."
)
@click.option("--athlete", "athlete_id", metavar="ID", help="Needed if there are several athletes.")
@click.option(
    "--weekly-km", type=click.FloatRange(0, 400), help="Running distance per week until then."
)
@click.option("--plan", type=click.Path(path_type=Path), help="CSV with date, and km or load.")
@click.option(
    "--taper",
    type=click.Choice(["none", "1w", "2w", "3w"]),
    help="Weeks of reduced training before the race; default 2w, or none with --plan.",
)
@click.option("--climb", type=click.FloatRange(0, 10_000), help="Metres climbed on the course.")
@click.option("--temperature", type=click.FloatRange(-30, 50), help="Air temperature, Celsius.")
def forecast(race_date, distance, athlete_id, weekly_km, plan, taper, climb, temperature):
    """Forecast a future race for a training plan.

    Without --weekly-km and --plan, the last four weeks of training are repeated. The interval
    widens with the days until the race. This is a what-if: it is neither recorded nor evaluated.
    """
    from stride.ingest.corrections import metres
    from stride.ingest.settings import parse_day

    if plan and weekly_km is not None:
        raise click.UsageError("Give --weekly-km or --plan, not both.")
    race_day = parse_day(race_date)
    try:
        distance_m = metres(distance)
    except ValueError:
        raise StrideError(
            f"--distance is {distance!r}: write 10k, 5 mi, half marathon, marathon or metres."
        ) from None
    if not 1000.0 <= distance_m <= 100_000.0:
        raise StrideError(f"--distance is {distance!r}: forecasts cover 1 km to 100 km.")
    for line in _lines(
        race_day, distance_m, athlete_id, weekly_km, plan, taper, climb, temperature
    ):
        click.echo(line)


def _lines(
    race_day: date, distance_m, athlete_id, weekly_km, plan_file, taper, climb_m, temperature_c
) -> list[str]:
    from datetime import timedelta

    from stride.report.formatting import day, number, span, time
    from stride.whatif.course import on_course
    from stride.whatif.plan import read_plan, repeat_recent_weeks
    from stride.whatif.race import LONGEST_HORIZON_DAYS, load_model, read_athlete
    from stride.whatif.race import forecast as forecast_race
    from stride.whatif.taper import TAPERS

    athlete = read_athlete(paths.database(), athlete_id, distance_m)
    ahead = (race_day - athlete.today).days
    if not 0 <= ahead <= LONGEST_HORIZON_DAYS:
        raise StrideError(
            f"The race is on {race_day}, but the last build is as of {athlete.today}: forecasts "
            f"cover that day and the {LONGEST_HORIZON_DAYS} days after it."
        )
    until = max(ahead - 1, 0)
    if plan_file:
        plan = read_plan(plan_file, athlete.past, athlete.today + timedelta(days=1), until)
    else:
        plan = repeat_recent_weeks(athlete.past, until, weekly_km)
    if not plan_file:
        taper = taper or "2w"
    model, model_name = load_model(athlete)
    every = [taper] if plan_file else TAPERS
    times = {
        name: on_course(
            forecast_race(model, athlete, plan, distance_m, race_day, name),
            distance_m,
            climb_m,
            temperature_c,
        )
        for name in every
    }
    chosen = times[taper]
    km = f"{distance_m / 1000:g} km"
    days = counted(ahead, "day")
    lines = [f"{athlete.athlete_id}: {km} on {day(race_day)}, {days} after the last build"]
    if chosen.isna()["predicted_time_s"]:
        return [*lines, f"  No forecast: {_plain(chosen['refusal_reason'])}"]
    lines += [
        f"  {time(chosen['predicted_time_s'])}  80 %: "
        f"{span(chosen['lower_80_s'], chosen['upper_80_s'])}  [{model_name}]",
        f"  training: {_training(plan_file, weekly_km)}, taper {taper or 'as planned'}; "
        f"{number(chosen['weekly_km'])} km a week in the last four weeks",
        *_notes(athlete, chosen, plan, plan_file, distance_m),
        "",
        f"  {'':12}{'CTL':>6}{'ATL':>6}{'TSB':>6}{'time':>11}",
        f"  {'today':12}{number(athlete.ctl):>6}{number(athlete.atl):>6}"
        f"{number(athlete.tsb, sign=True):>6}",
        *(
            f"  {'taper ' + (name or 'planned'):12}{number(row['ctl']):>6}{number(row['atl']):>6}"
            f"{number(row['tsb'], sign=True):>6}{time(row['predicted_time_s']):>11}"
            for name, row in times.items()
        ),
        "  CTL and ATL are at the end of today and of the day before the race. TSB is at the start",
        "  of today and of race day: CTL minus ATL of the evening before.",
        "",
        "  The forecast is based on past races. The effects of training volume and taper are",
        "  averages of published studies, not measured on this athlete: a two-week taper, which",
        "  most races follow, gains 2 %. The interval widens with the days until the race.",
    ]
    return lines


def _notes(athlete, chosen, plan, plan_file, distance_m: float) -> list[str]:
    """Return notes on assumptions that affect the forecast."""
    import numpy as np

    from stride.racetime.earlier_races import earlier_races
    from stride.report.formatting import number

    notes = []
    if abs(chosen["training_pct"]) >= 0.05:
        notes.append(
            f"  volume and rest until then: {number(chosen['training_pct'], 1, sign=True)} % of "
            "the time, compared with unchanged training"
        )
    for name, cause in (("climb_pct", "the climb"), ("heat_pct", "the heat")):
        if chosen[name] > 0.0:
            notes.append(
                f"  {cause} costs {number(chosen[name], 1)} % compared with a flat course on a "
                "cool day, by published effects"
            )
    if 1000.0 * chosen["weekly_km"] > 1.05 * athlete.most_run_84d_m / 12.0:
        most = number(athlete.most_run_84d_m / 12_000.0)
        notes.append(
            f"  volume above {most} km a week, the highest of 12 weeks so far, has no effect"
        )
    raced_m = np.nan_to_num(earlier_races(athlete.features).distance_m).max(initial=0.0)
    if distance_m > 1.5 * max(raced_m, athlete.past.days["longest_run_m"].max()) and (
        distance_m > 42_195.0
    ):
        longest = (
            f"the longest race is {raced_m / 1000:g} km" if raced_m else "there is no earlier race"
        )
        notes.append(f"  very uncertain at this distance: {longest}")
    if plan_file:
        rest = int((plan[["training_load", "run_distance_m"]].sum(axis=1) == 0).sum())
        if rest:
            notes.append(
                f"  {counted(rest, 'day')} of {len(plan)} without a line in the plan: taken as rest"
            )
    return notes


def _training(plan_file, weekly_km) -> str:
    if plan_file:
        return f"as in {plan_file.name}"
    if weekly_km is not None:
        return f"{weekly_km:g} km a week"
    return "the last four weeks repeated"


def _plain(reason) -> str:
    return reason if isinstance(reason, str) else "the model has none for these inputs."
