// Shows one athlete, draws that athlete's charts, and fits each chart to the days in view.
(() => {
  const DAY = 86400000;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const sections = all("section.athlete");
  const chooser = document.getElementById("chooser");
  const paper = { width: undefined };

  const utc = (text) => Date.parse(text.length > 10 ? `${text.replace(" ", "T")}Z` : text);
  const iso = (moment) => new Date(moment).toISOString().slice(0, 19).replace("T", " ");

  function figureOf(plot) {
    const style = getComputedStyle(document.documentElement);
    const coloured = (_, value) => {
      const variable = typeof value === "string" && /^var\((--[a-z-]+)\)$/.exec(value);
      return variable ? style.getPropertyValue(variable[1]).trim() : value;
    };
    return JSON.parse(document.getElementById(plot.dataset.figure).textContent, coloured);
  }

  // Series with a start and a step; races have dates of their own.
  const series = (plot) => plot.data.filter((trace) => trace.dx && trace.visible !== false);

  function fitted(plot, from, to) {
    const update = {};
    for (const axis of ["y", "y2", "y3"]) {
      const traces = series(plot).filter((trace) => (trace.yaxis || "y") === axis);
      if (!traces.length) continue;
      const { x0, dx } = traces[0];
      const first = Math.max(0, Math.ceil((from - utc(x0)) / dx));
      const last = Math.min(traces[0].y.length - 1, Math.floor((to - utc(x0)) / dx));
      let low = 0, high = 1;
      for (let i = first; i <= last; i++) {
        const values = traces.map((trace) => trace.y[i] || 0);
        const top = traces[0].type === "bar" ? values.reduce((a, b) => a + b) : Math.max(...values);
        low = Math.min(low, ...values);
        high = Math.max(high, top);
      }
      update[`${axis.replace("y", "yaxis")}.range`] = [low * 1.1, high * 1.1];
    }
    return update;
  }

  function zoom(plot, days) {
    plot.dataset.days = days;
    const { x0, dx, y } = series(plot)[0];
    const to = utc(x0) + (y.length - 0.5) * dx;
    const start = utc(x0) - 0.5 * dx;
    const from = days > 0 ? Math.max(start, to - Math.ceil((days * DAY) / dx) * dx) : start;
    press(plot, "days", days);
    return Plotly.relayout(plot, { "xaxis.range": [iso(from), iso(to)], ...fitted(plot, from, to) });
  }

  function press(plot, kind, value) {
    for (const button of all(`button[data-${kind}]`, plot.closest("figure"))) {
      button.setAttribute("aria-pressed", String(button.dataset[kind] === String(value)));
    }
  }

  function draw(plot) {
    const figure = figureOf(plot);
    const measure = plot.dataset.measure;
    if (measure) {
      for (const trace of figure.data) trace.visible = trace.meta === measure;
      figure.layout.yaxis.ticksuffix = { hours: " h", km: " km" }[measure];
      press(plot, "measure", measure);
    }
    figure.layout.width = paper.width;
    // On a touch screen a drag scrolls the page.
    figure.layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
    const isNew = !plot.data;
    Plotly.react(plot, figure.data, figure.layout, {
      displayModeBar: false, doubleClick: false, responsive: true, showTips: false,
    });
    if (isNew) {
      plot.on("plotly_doubleclick", () => zoom(plot, 365));
      plot.on("plotly_relayout", (change) => {
        if (!("xaxis.range[0]" in change)) return;
        press(plot, "days", NaN);
        const [from, to] = plot.layout.xaxis.range;
        Plotly.relayout(plot, fitted(plot, utc(from), utc(to)));
      });
    }
    zoom(plot, Number(plot.dataset.days));
  }

  const drawShown = () => all("section.athlete:not([hidden]) .plot").forEach(draw);

  function show() {
    const wanted = sections.find((section) => `#${section.id}` === location.hash) || sections[0];
    for (const section of sections) section.hidden = section !== wanted;
    if (chooser && wanted) chooser.value = wanted.id;
    drawShown();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("figure button");
    if (!button) return;
    const plot = button.closest("figure").querySelector(".plot");
    if (button.dataset.days) return zoom(plot, Number(button.dataset.days));
    plot.dataset.measure = button.dataset.measure;
    draw(plot);
  });
  if (chooser) chooser.addEventListener("change", () => { location.hash = chooser.value; });
  addEventListener("hashchange", show);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawShown);

  // Paper is white, and narrower than most screens.
  const print = (theme, width) => () => {
    document.documentElement.dataset.theme = theme;
    paper.width = width;
    drawShown();
  };
  addEventListener("beforeprint", print("light", 680));
  addEventListener("afterprint", print("", undefined));

  show();
})();
