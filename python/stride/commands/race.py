"""``stride race``: how fast to run a course on a day, and with what chance."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from stride import paths
from stride.errors import StrideError


@click.command()
@click.option(
    "--course", "course_file", metavar="FILE", type=click.Path(path_type=Path), required=True,
    help="GPX, TCX or FIT file of the course.",
)  # fmt: skip
@click.option("--date", "race_date", metavar="DAY", required=True, help="Day: 2027-04-25.")
@click.option("--athlete", "athlete_id", metavar="ID", help="Whose; needed if there are several.")
@click.option("--distance", metavar="X", help="Official distance; default: that of the course.")
@click.option("--start", metavar="TIME", help="Start, such as 09:00: the page shows the hour.")
@click.option("--temperature", type=click.FloatRange(-30, 50), help="Air temperature, Celsius.")
@click.option("--humidity", type=click.FloatRange(0, 100), help="Relative humidity, per cent.")
@click.option("--goal", metavar="TIME", help="A time you want, such as 3:30: prints its chance.")
@click.option("--plan-goal", is_flag=True, help="Plan the splits for the goal, not the forecast.")
@click.option("--weekly-km", type=click.FloatRange(0, 400), help="Kilometres a week until then.")
@click.option("--unit", type=click.Choice(["km", "mi"]), default="km", show_default=True)
@click.option("--lap", "lap_m", type=click.FloatRange(50), help="Metres of a split; default: unit.")
@click.option(
    "--cut-off", "limits", metavar="X=TIME", multiple=True,
    help="Time limit on the way, such as 21.1=2:30 (in --unit); may be repeated.",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder; default: below the report."
)
def race(
    course_file, race_date, athlete_id, distance, start, temperature, humidity, goal, plan_goal,
    weekly_km, unit, lap_m, limits, output,
):  # fmt: skip
    """Forecast a race on its course, and plan its pace.

    Hills and heat are added to the flat forecast, each with its interval. The plan keeps the effort
    even. It is written as a page with a wristband, as CSV and as a TCX course for a watch.
    """
    from stride.ingest.corrections import metres
    from stride.ingest.settings import parse_day
    from stride.raceday.course import read_course
    from stride.raceday.files import write
    from stride.raceday.plan import UNITS, on_distance

    race_day = parse_day(race_date)
    if humidity is not None and temperature is None:
        raise click.UsageError("--humidity needs --temperature.")
    if plan_goal and goal is None:
        raise click.UsageError("--plan-goal needs --goal.")
    course = read_course(course_file)
    distance_m = course.length_m
    if distance:
        try:
            distance_m = metres(distance)
        except ValueError:
            raise StrideError(
                f"--distance is {distance!r}: write 10k, 5 mi, half marathon, marathon or metres."
            ) from None
        course = on_distance(course, distance_m)
    if not 1000.0 <= distance_m <= 100_000.0:
        raise StrideError(
            f"The course is {distance_m / 1000:.1f} km: forecasts are made from 1 km to 100 km."
        )
    plan = _plan(
        course, distance_m, race_day, athlete_id, weekly_km,
        start=_start(race_day, start), temperature=temperature, humidity=humidity,
        goal_s=_goal(goal, distance_m) if goal else None, plan_goal=plan_goal, unit=unit,
        split_m=lap_m or UNITS[unit],
        limits=[_limit(text, UNITS[unit]) for text in limits],
    )  # fmt: skip
    folder = output or paths.home() / "report" / "races" / f"{plan.athlete_id}-{race_day}"
    written = write(plan, folder)
    for line in [*_lines(plan), *(f"  {path}" for path in written)]:
        click.echo(line)
    if course.latitude is None:
        click.echo("  No course for a watch: the file has no positions.")


def _plan(
    course, distance_m, race_day, athlete_id, weekly_km,
    *, start, temperature, humidity, goal_s, plan_goal, unit, split_m, limits,
):  # fmt: skip
    from stride.raceday.effects import chance, race_forecast
    from stride.raceday.files import RacePlan
    from stride.raceday.plan import UNITS, cut_offs, pace_plan
    from stride.report.formatting import clean, day
    from stride.whatif.plan import repeat_recent_weeks
    from stride.whatif.race import LONGEST_HORIZON_DAYS, load_model, read_athlete
    from stride.whatif.race import forecast as forecast_flat

    athlete = read_athlete(paths.database(), athlete_id, distance_m)
    ahead = (race_day - athlete.today).days
    if not 0 <= ahead <= LONGEST_HORIZON_DAYS:
        raise StrideError(
            f"The race is on {race_day} and the last build is of {athlete.today}: forecasts are "
            f"made from that day to {LONGEST_HORIZON_DAYS} days after it."
        )
    model, model_name = load_model(athlete)
    training = repeat_recent_weeks(athlete.past, max(ahead - 1, 0), weekly_km)
    flat = forecast_flat(model, athlete, training, distance_m, race_day, "2w")
    if flat.isna()["predicted_time_s"]:
        reason = flat["refusal_reason"]
        raise StrideError(
            f"No forecast for {athlete.athlete_id}: "
            f"{reason if isinstance(reason, str) else 'the model refuses this race'}"
        )
    found = race_forecast(flat, course, distance_m, temperature, humidity)
    target_s = goal_s if plan_goal else found.time_s
    return RacePlan(
        athlete_id=athlete.athlete_id,
        title=clean(course.name, 60),
        day=day(race_day),
        start=start,
        distance_m=distance_m,
        course=course,
        forecast=found,
        model=model_name,
        target_s=target_s,
        target_is_goal=plan_goal,
        goal_s=goal_s,
        goal_chance=chance(found, goal_s) if goal_s else None,
        splits=pace_plan(course, target_s, split_m),
        cut_offs=cut_offs(course, limits, target_s, found.upper_80_s),
        unit=unit,
        unit_m=UNITS[unit],
    )


def _lines(plan) -> list[str]:
    from stride.raceday.effects import percent
    from stride.report.formatting import number, span, time

    course, found = plan.course, plan.forecast
    heights = (
        f"{number(plan.height(course.climb_m))} {plan.height_unit} of climb"
        if course.has_heights
        else "the file has no heights: taken as flat"
    )
    lines = [
        f"{plan.athlete_id}: {plan.title}, {plan.day}",
        f"  {number(plan.distance_m / plan.unit_m, 2)} {plan.unit}, {heights}",
        f"  {time(found.time_s)}  80 %: {span(found.lower_80_s, found.upper_80_s)}  [{plan.model}]",
        f"  flat course, cool day: {time(found.flat_s)}",
    ]
    for effect in found.effects:
        middle, low, high = (_signed(value) for value in effect.seconds(found.flat_s))
        lines.append(f"  {effect.cause}: {middle}  80 %: {low} to {high}  [{effect.source}]")
    lines += [f"  {caution}" for caution in found.cautions]
    if plan.goal_s:
        lines.append(f"  {time(plan.goal_s)}: {percent(plan.goal_chance)}")
    for limit in plan.cut_offs:
        left = number((limit.limit_s - limit.expected_s) / 60, 1, sign=True)
        slow = number((limit.limit_s - limit.late_s) / 60, 1, sign=True)
        lines.append(
            f"  cut-off at {limit.distance_m / plan.unit_m:g} {plan.unit}, {time(limit.limit_s)}: "
            f"{left} min left, {slow} on a slow day"
        )
    target = "the goal" if plan.target_is_goal else "the forecast"
    lines += ["", f"  Even effort for {time(plan.target_s)}, {target}:"]
    lines.append(f"  {plan.unit:>7} {'pace':>6} {'elapsed':>8} {'up':>5} {'down':>5}")
    for split in plan.splits:
        pace, second = divmod(round(split.pace_s(plan.unit_m)), 60)
        lines.append(
            f"  {split.end_m / plan.unit_m:>7.4g} {f'{pace}:{second:02}':>6} "
            f"{time(split.clock_s):>8} {number(plan.height(split.climb_m)):>5} "
            f"{number(plan.height(split.descent_m)):>5}  {split.advice}".rstrip()
        )
    return [*lines, ""]


def _signed(seconds: float) -> str:
    from stride.report.formatting import MINUS, time

    return f"{MINUS if round(seconds) < 0 else '+'}{time(abs(seconds))}"


def _start(race_day, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        clock = datetime.strptime(text, "%H:%M")
    except ValueError:
        raise StrideError(f"--start is {text!r}: write it as 09:00.") from None
    return datetime.combine(race_day, clock.time())


def _goal(text: str, distance_m: float) -> float:
    """Seconds; 3:30 is hours where minutes would be faster than anybody runs."""
    seconds = _seconds(text, "--goal")
    if text.count(":") == 1 and seconds < distance_m / 7.5:
        seconds *= 60.0
    if not distance_m / 7.5 <= seconds <= distance_m * 2.5:
        raise StrideError(
            f"--goal is {text!r}: that is no time for {distance_m / 1000:g} km. Write h:mm:ss."
        )
    return seconds


def _limit(text: str, unit_m: float) -> tuple[float, float]:
    where, _, limit = text.partition("=")
    try:
        distance = float(where.replace(",", "."))
    except ValueError:
        raise StrideError(f"--cut-off is {text!r}: write it as 21.1=2:30:00.") from None
    seconds = _seconds(limit, "--cut-off")
    if limit.count(":") == 1 and seconds < distance * unit_m / 7.5:
        seconds *= 60.0
    return distance * unit_m, seconds


def _seconds(text: str, option: str) -> float:
    parts = text.strip().split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isdigit() and len(part) <= 3 for part in parts):
        raise StrideError(f"{option} is {text!r}: write the time as h:mm:ss.")
    clock = timedelta()
    for part in parts:
        clock = clock * 60 + timedelta(seconds=int(part))
    return clock.total_seconds()
