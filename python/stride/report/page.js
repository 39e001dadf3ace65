// Shows one athlete at a time, draws the visible charts and fits their ranges. No network.
(() => {
  const DAY = 86400000;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;
  const sections = all("section.athlete");
  const chooser = document.getElementById("chooser");
  const darkDevice = matchMedia("(prefers-color-scheme: dark)");
  const paper = { width: undefined };
  const UNITS = { hours: " h", km: " km" };

  const utc = (text) => Date.parse(text.length > 10 ? `${text.replace(" ", "T")}Z` : text);
  const iso = (moment) => new Date(moment).toISOString().slice(0, 19).replace("T", " ");
  const day = (moment) => new Date(moment).toISOString().slice(0, 10);
  const inWords = (moment) => new Date(moment).toLocaleDateString("en-GB", {
    weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
  });
  const clock = (ms) => new Date(ms).toISOString().slice(11, 19).replace(/^0/, "");

  // --- figures -------------------------------------------------------------------------------

  // Resolves a CSS variable to the colour of the current theme.
  const probe = document.body.appendChild(document.createElement("i"));
  probe.hidden = true;
  function colour(name) {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  }

  function datesOf({ start, weeks, days }) {
    let moment = utc(start);
    const dates = { weeks: [], days: [] };
    for (let i = 0; i < weeks; i++, moment += 7 * DAY) dates.weeks.push(day(moment));
    if (weeks) moment -= 6 * DAY;
    for (let i = 0; i < days; i++, moment += DAY) dates.days.push(day(moment));
    return { ...dates, all: [...dates.weeks, ...dates.days] };
  }

  function figureOf(plot) {
    const style = getComputedStyle(root);
    const filled = (_, value) => {
      const variable = typeof value === "string" && /^var\((--[a-z0-9-]+)\)$/.exec(value);
      if (!variable) return value;
      return variable[1] === "--sans" ? style.getPropertyValue("--sans").trim() : colour(variable[1]);
    };
    const figure = JSON.parse(document.getElementById(plot.dataset.figure).textContent, filled);
    const dates = { ...(figure.steps && datesOf(figure.steps)), ...figure.shared };
    for (const trace of figure.data) if (trace.dates) trace.x = dates[trace.dates];
    return figure;
  }

  const shownTraces = (plot) => plot.data.filter((trace) => trace.visible !== false && trace.x.length);

  function ends(plot) {
    const moments = shownTraces(plot).flatMap((t) => [utc(t.x[0]), utc(t.x[t.x.length - 1])]);
    const first = Math.min(...moments), last = Math.max(...moments);
    if (plot.data[0].type === "bar") return [first - 3.5 * DAY, last + 3.5 * DAY];
    const hasWeeks = plot.data.some((trace) => trace.dates === "weeks" && trace.x.length);
    return [first - (hasWeeks ? 6.5 : 0.5) * DAY, last + 0.5 * DAY];
  }

  // Ranges of the vertical axes that fit the values between two moments.
  function fitted(plot, from, to) {
    const update = {};
    for (const axis of ["y", "y2", "y3"]) {
      const traces = shownTraces(plot).filter((trace) => (trace.yaxis || "y") === axis);
      if (!traces.length) continue;
      const isTime = plot.layout[axis.replace("y", "yaxis")].type === "date";
      const stacked = plot.layout.barmode === "stack" && {};
      let low = Infinity, high = -Infinity;
      for (const trace of traces) {
        let before = null;
        trace.x.forEach((x, i) => {
          const value = trace.y[i], moment = utc(x);
          if (value === null) return;
          if (moment < from - DAY / 2) { before = value; return; }
          if (moment > to + DAY / 2) return;
          const top = stacked ? (stacked[x] = (stacked[x] || 0) + value) : value;
          low = Math.min(low, value);
          high = Math.max(high, top);
        });
        if (isTime && before !== null) { low = Math.min(low, before); high = Math.max(high, before); }
      }
      if (low > high) continue;
      if (!isTime) { low = Math.min(0, low); high = Math.max(1, high); }
      const room = isTime ? Math.max(high - low, 60000) * 0.08 : 0;
      update[`${axis.replace("y", "yaxis")}.range`] = isTime
        ? [iso(low - room), iso(high + room)] : [low * 1.1, high * 1.1];
    }
    return update;
  }

  function look(plot, from, to) {
    return Plotly.relayout(plot, { "xaxis.range": [iso(from), iso(to)], ...fitted(plot, from, to) });
  }

  function zoom(plot, days) {
    plot.dataset.days = days;
    const [start, end] = ends(plot);
    const step = plot.data[0].type === "bar" ? 7 : 1; // whole weeks only
    const from = days > 0 ? Math.max(start, end - Math.ceil(days / step) * step * DAY) : start;
    press(plot, "days", days);
    return look(plot, from, end);
  }

  function view(plot) { return plot.layout.xaxis.range.map((end) => utc(String(end).slice(0, 19))); }

  // Moves one screen earlier or later, within the data.
  function turn(plot, direction) {
    const [start, end] = ends(plot);
    const [from, to] = view(plot);
    const span = to - from;
    const first = Math.min(Math.max(start, from + direction * span * 0.8), Math.max(start, end - span));
    press(plot, "days", NaN);
    return look(plot, first, first + span);
  }

  function press(plot, kind, value) {
    for (const button of all(`button[data-${kind}]`, plot.closest("figure"))) {
      button.setAttribute("aria-pressed", String(button.dataset[kind] === String(value)));
    }
  }

  function draw(plot) {
    const figure = figureOf(plot);
    const shown = plot.dataset.shown;
    if (shown) {
      for (const trace of figure.data) trace.visible = trace.meta.shown === shown;
      if (UNITS[shown]) figure.layout.yaxis.ticksuffix = UNITS[shown];
      press(plot, "shown", shown);
    }
    figure.layout.width = paper.width;
    // On a touch screen dragging scrolls the page; zoom with the buttons.
    figure.layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
    const isNew = !plot.data;
    Plotly.react(plot, figure.data, figure.layout, {
      displayModeBar: false, doubleClick: false, responsive: true, showTips: false,
    });
    if (isNew) {
      plot.on("plotly_doubleclick", () => zoom(plot, Number(plot.dataset.home)));
      plot.on("plotly_relayout", (change) => {
        if (!("xaxis.range[0]" in change)) return;
        press(plot, "days", NaN);
        Plotly.relayout(plot, fitted(plot, ...view(plot)));
      });
    }
    zoom(plot, Number(plot.dataset.days));
  }

  // --- keyboard ------------------------------------------------------------------------------

  // Arrow keys move through the days; the values are written below the chart for screen readers.
  function walk(plot, key) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -28, PageDown: 28 }[key];
    const days = [...new Set(shownTraces(plot).flatMap((trace) => trace.x))].sort();
    const [from, to] = view(plot);
    const isSeen = (x) => utc(x) >= from && utc(x) <= to;
    let at = days.indexOf(plot.dataset.cursor);
    if (at < 0 || !isSeen(days[at])) at = days.findLastIndex(isSeen) - (step || 0);
    if (key === "Home") at = 0; else if (key === "End") at = days.length - 1; else at += step;
    at = Math.min(Math.max(at, 0), days.length - 1);
    const x = plot.dataset.cursor = days[at];
    if (!isSeen(x)) {
      const first = Math.min(Math.max(ends(plot)[0], utc(x) - (to - from) / 2), ends(plot)[1] - (to - from));
      look(plot, first, first + to - from);
    }
    const values = [];
    let shownAt = null;
    plot.data.forEach((trace, curve) => {
      const point = trace.visible === false ? -1 : trace.x.indexOf(x);
      if (point < 0 || trace.y[point] === null) return;
      shownAt = shownAt || [{ curveNumber: curve, pointNumber: point }];
      values.push(`${trace.name}: ${trace.text ? plain(trace.text[point]) : written(trace, trace.y[point])}`);
    });
    if (shownAt) Plotly.Fx.hover(plot, shownAt);
    readout(plot, `${inWords(utc(x))}. ${values.join("; ") || "no values"}.`);
  }

  function written(trace, value) {
    const { unit } = trace.meta;
    if (unit === "time") return clock(value);
    return `${value.toLocaleString("en-GB", { maximumFractionDigits: 1 })}${unit ? ` ${unit}` : ""}`;
  }

  const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

  function readout(plot, text) {
    plot.closest("figure").querySelector("output").textContent = text;
  }

  // --- the page ------------------------------------------------------------------------------

  // Charts are drawn when they come into view, so that a page with many charts opens quickly.
  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "600px" });

  function redraw() {
    for (const plot of all("section.athlete:not([hidden]) .plot")) {
      if (plot.data) draw(plot); else watch.observe(plot);
    }
  }

  function show() {
    const target = document.getElementById(location.hash.slice(1));
    const wanted = target?.closest("section.athlete") || shownNow() || sections[0];
    for (const section of sections) section.hidden = section !== wanted;
    if (chooser && wanted) chooser.value = wanted.id;
    redraw();
    if (target && target !== wanted) target.scrollIntoView();
  }
  const shownNow = () => (sections.some((s) => s.hidden) ? sections.find((s) => !s.hidden) : null);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("figure button");
    if (!button) return;
    const plot = button.closest("figure").querySelector(".plot");
    if (button.dataset.days) return zoom(plot, Number(button.dataset.days));
    if (button.dataset.turn) return turn(plot, Number(button.dataset.turn));
    plot.dataset.shown = button.dataset.shown;
    draw(plot);
  });
  document.addEventListener("keydown", (event) => {
    const keys = ["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"];
    if (!event.target.matches?.(".plot") || !keys.includes(event.key)) return;
    event.preventDefault();
    walk(event.target, event.key);
  });
  if (chooser) chooser.addEventListener("change", () => { location.hash = chooser.value; });
  addEventListener("hashchange", show);

  // --- light and dark ------------------------------------------------------------------------

  const toggle = document.getElementById("theme");
  const isDark = () => (root.dataset.theme || (darkDevice.matches ? "dark" : "light")) === "dark";
  function paint(theme) {
    root.dataset.theme = theme;
    toggle.setAttribute("aria-pressed", String(isDark()));
    redraw();
  }
  const kept = { get: () => { try { return localStorage.getItem("stride-theme") || ""; } catch { return ""; } },
    set: (theme) => { try { localStorage.setItem("stride-theme", theme); } catch { /* not allowed for files in some browsers */ } } };
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    kept.set(theme);
    paint(theme);
  });
  darkDevice.addEventListener("change", () => paint(root.dataset.theme));

  // Print in light colours, at the width of paper, with all charts drawn.
  addEventListener("beforeprint", () => {
    paper.width = 680;
    root.dataset.theme = "light";
    all("section.athlete:not([hidden]) .plot").forEach(draw);
  });
  addEventListener("afterprint", () => { paper.width = undefined; paint(kept.get()); });

  root.dataset.theme = kept.get();
  toggle.setAttribute("aria-pressed", String(isDark()));
  show();
})();
