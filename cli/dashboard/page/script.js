/* global uPlot */
"use strict";

// What comes from machines is text here, never HTML: `make` sets textContent.

/** @typedef {import("../picture").Picture} Picture */

const ranges = [
  ["1 hour", 3600],
  ["1 day", 86400],
  ["7 days", 7 * 86400],
  ["90 days", 90 * 86400],
];
/** Seconds between two pictures. */
const every = 15;
const colours = ["#0969da", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#57606a", "#bc4c00"];
const changeColours = { "roll-out": "#8250df", failover: "#bf3989", reboot: "#9a6700", alert: "#cf222e" };

/** @returns {HTMLElement} */
function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const moment = (seconds) =>
  new Date(seconds * 1000).toLocaleString(undefined, {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    day: "numeric",
    month: "short",
  });

function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 2 * 86400 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

const units = {
  "per second": (value) => `${value.toPrecision(3)}/s`,
  seconds: (value) => (value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`),
  percent: (value) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`,
  bytes: (value) => (value < 1048576 ? `${Math.round(value / 1024)} KiB` : `${Math.round(value / 1048576)} MiB`),
  count: (value) => String(Math.round(value * 10) / 10),
};

/** @param {Picture} picture */
function showAnswer({ stack, at: now, served, outages, alerts, facts }) {
  const { answer, since, address } = served;
  const ago = since === undefined ? "" : `: ${duration(now - since)} so far`;
  const words = {
    yes: "Visitors are served",
    no: `Visitors are NOT served${ago}`,
    "not known": "Nobody knows whether visitors are served",
  }[answer];
  at("answer").textContent = words;
  at("answer").className = answer.replace(" ", "-");
  document.title = `${answer === "yes" ? "✓" : "✗"} ${stack}`;
  const over = outages.filter(({ to }) => answer !== "no" || since === undefined || to < since);
  const last = over.at(-1);
  const before =
    last === undefined
      ? `There was no ${answer === "no" ? "other " : ""}outage in the time shown.`
      : `${over.length === 1 ? "One outage" : `${over.length} outages`} in the time shown, the last at ${moment(last.from)}, for ${duration(last.to - last.from)}.`;
  at("since").textContent =
    answer === "not known"
      ? since === undefined
        ? "The monitor has asked for the site never, or not for long."
        : `The site was last asked at ${moment(since)}.`
      : `${stack}, ${address}. ${before}`;
  at("alerts").replaceChildren(
    ...(alerts.length === 0 ? [make("li", "No alert is open", "faint")] : []),
    ...alerts.map(({ name, severity, summary, first, since: begun, told }) => {
      const item = make("li");
      const quiet = told === "told" ? "" : `, ${told}`;
      const text = `${name}: ${summary} (for ${duration(now - Date.parse(begun) / 1000)}${quiet})`;
      item.append(make("div", text, severity), make("code", first, "faint"));
      return item;
    }),
  );
  at("facts").replaceChildren(
    ...facts.map(({ name, value }) => {
      const pair = make("div");
      pair.append(make("dt", name), make("dd", value));
      return pair;
    }),
  );
}

/** @param {Picture} picture */
function showLists({ changes, fillings }) {
  at("changes").replaceChildren(
    ...(changes.length === 0 ? [make("li", "Nothing", "faint")] : []),
    ...[...changes]
      .reverse()
      .slice(0, 12)
      .map(({ at: when, text }) => {
        const item = make("li", `${text} `);
        item.append(make("span", moment(when), "faint"));
        return item;
      }),
  );
  at("fillings").replaceChildren(
    ...fillings.slice(0, 8).map(({ what, used, full }) => {
      const item = make("li");
      const meter = /** @type {HTMLMeterElement} */ (make("meter"));
      Object.assign(meter, { max: 1, high: 0.85, optimum: 0, value: used });
      item.append(make("span", what), meter, make("span", units.percent(used)));
      if (full !== undefined)
        item.append(make("small", `full in ${duration(full)} at the pace of the last day`, "faint"));
      return item;
    }),
  );
}

/** Outages as red bands, changes as lines. */
function drawEvents({ outages, changes }) {
  return ({ ctx, bbox, valToPos }) => {
    const x = (seconds) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, valToPos(seconds, "x", true)));
    ctx.save();
    ctx.globalAlpha = 0.2;
    ctx.fillStyle = "#cf222e";
    for (const { from, to } of outages) {
      ctx.fillRect(x(from), bbox.top, Math.max(2, x(to) - x(from)), bbox.height);
    }
    ctx.globalAlpha = 0.8;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const { at: when, kind } of changes) {
      if (kind === "alert") continue;
      ctx.strokeStyle = changeColours[kind];
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x(when), bbox.top);
      ctx.lineTo(x(when), bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  };
}

/** @type {{ destroy: () => void, setSize: (size: object) => void }[]} */
let drawn = [];

/** @param {Picture} picture */
function showCharts(picture) {
  for (const chart of drawn) chart.destroy();
  const style = getComputedStyle(document.body);
  const axis = {
    stroke: style.color,
    grid: { stroke: style.getPropertyValue("--line"), width: 1 },
    ticks: { show: false },
  };
  // All places first: a column is as wide as their number allows.
  const places = picture.charts.map(({ title }) => {
    const place = make("section");
    place.append(make("h2", title));
    return place;
  });
  at("charts").replaceChildren(...places);
  drawn = picture.charts.map(({ unit, times, lines }, number) => {
    const place = places[number];
    const write = units[unit];
    return new uPlot(
      {
        width: place.clientWidth,
        height: 170,
        cursor: { sync: { key: "all" } },
        scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high ?? 0) > 0 ? high * 1.05 : 1] } },
        axes: [axis, { ...axis, size: 62, values: (_, values) => values.map(write) }],
        series: [
          { value: (_, value) => (value === null ? "" : moment(value)) },
          ...lines.map(({ name }, index) => ({
            label: name,
            stroke: colours[index % colours.length],
            width: 1.5,
            points: { show: false },
            value: (_, value) => (value === null ? "" : write(value)),
          })),
        ],
        hooks: { drawClear: [drawEvents(picture)] },
      },
      [times, ...lines.map(({ values }) => values)],
      place,
    );
  });
}

/** @param {Picture} picture */
function show(picture) {
  showAnswer(picture);
  showLists(picture);
  showCharts(picture);
  at("as-of").textContent = `As of ${moment(picture.at)}.`;
}

let range = 86400;
/** @type {Picture | undefined} */
let shown;

function showUnknown(why) {
  at("answer").textContent = "Nobody knows whether visitors are served";
  at("answer").className = "not-known";
  document.title = "✗ not known";
  at("since").textContent = `${why} What stands below is of ${shown ? moment(shown.at) : "no time"}.`;
}

async function refresh() {
  const wanted = range;
  try {
    const answer = await fetch(`picture?range=${wanted}`, { signal: AbortSignal.timeout(45000) });
    if (!answer.ok) return showUnknown(await answer.text());
    const picture = /** @type {Picture} */ (await answer.json());
    if (wanted !== range) return;
    shown = picture;
    show(picture);
  } catch {
    showUnknown("`holdfast dashboard` has ended, or its way to the monitor is broken.");
  }
}

function showRanges(choose) {
  at("ranges").append(
    ...ranges.map(([name, seconds]) => {
      const button = make("button", String(name));
      button.addEventListener("click", () => choose(Number(seconds), button));
      return button;
    }),
  );
}

function press(button) {
  for (const other of at("ranges").querySelectorAll("button"))
    other.setAttribute("aria-pressed", String(other === button));
}

addEventListener("resize", () => {
  for (const chart of drawn) chart.setSize({ width: at("charts").firstElementChild?.clientWidth ?? 300, height: 170 });
});

const kept = document.getElementById("picture");
if (kept) {
  const picture = JSON.parse(kept.textContent ?? "");
  show(picture);
  at("as-of").textContent = `A picture of ${moment(picture.at)}: it does not change any more.`;
} else {
  showRanges((seconds, button) => {
    range = seconds;
    press(button);
    void refresh();
  });
  press(at("ranges").children[1]);
  const link = /** @type {HTMLAnchorElement} */ (make("a", "Prometheus"));
  link.href = "graph";
  at("ranges").append(link);
  // One after the other: a slow way must not pile them up.
  void (async () => {
    for (;;) {
      await refresh();
      await new Promise((resolve) => setTimeout(resolve, every * 1000));
    }
  })();
}
