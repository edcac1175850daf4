/**
 * docs/benchmark-c10k.svg: for each kind of client a row of panels (memory of a client, time until all have a message, CPU of a delivery),
 * servers in rows. Bars are linear from zero, each panel with a scale of its own; colours follow the reader's light or dark scheme.
 */
import { figures } from "../lib/numbers.mjs";
import { KINDS, title } from "./report.mjs";

const PANELS = [
  { title: "KB of memory per client", read: (one) => one.memory / 1000 },
  { title: "ms until all have a message", read: (one) => one.last },
  { title: "CPU µs per delivery", read: (one) => one.cpu },
];

const WIDTH = 900;
const MARGIN = 28;
const LABELS = 196;
const GAP = 20;
const PANEL = (WIDTH - 2 * MARGIN - LABELS - GAP * PANELS.length) / PANELS.length;
/** Room right of the longest bar for its figure. */
const FIGURE = 44;
const ROW = 23;
const BAR = 13;
const GROUP = 27;
const TOP = 104;

const STYLE = `
  .card { fill: #ffffff; stroke: #d8dee4; }
  text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #1f2328; font-size: 13px; }
  .title { font-size: 18px; font-weight: 600; }
  .note, .group { fill: #59636e; font-size: 12px; }
  .group { font-weight: 600; letter-spacing: 0.02em; }
  .panel { font-weight: 600; }
  .figure { font-size: 12px; fill: #59636e; font-variant-numeric: tabular-nums; }
  .ours { font-weight: 600; fill: #0b6e69; }
  .bar-ours { fill: #0f9a92; }
  .bar-peer { fill: #a9b4c0; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117; stroke: #30363d; }
    text { fill: #e6edf3; }
    .note, .group, .figure { fill: #9198a1; }
    .ours { fill: #4fd6c9; }
    .bar-ours { fill: #2bb8ac; }
    .bar-peer { fill: #57616d; }
  }`;

function layout({ sections, servers }) {
  const rows = [];
  let y = TOP;
  for (const kind of Object.keys(KINDS)) {
    rows.push({ heading: `${sections[kind].about.clients.toLocaleString("en-US")} ${KINDS[kind]}`, y: y + 16 });
    y += GROUP;
    for (const server of servers.filter(({ name }) => sections[kind].results[name] !== undefined)) {
      rows.push({ kind, server, y });
      y += ROW;
    }
    y += 8;
  }
  return { rows, bottom: y };
}

function panel({ title: head, read }, index, { sections }, rows) {
  const x = MARGIN + LABELS + GAP + index * (PANEL + GAP);
  const bars = rows.filter(({ server }) => server !== undefined);
  const value = ({ kind, server }) => Math.max(0, read(sections[kind].results[server.name]));
  const longest = Math.max(...bars.map(value));
  const drawn = bars.map((row) => {
    const width = Math.max(1.5, (value(row) / longest) * (PANEL - FIGURE));
    const top = row.y + (ROW - BAR) / 2;
    const shade = row.server.role === "ours" ? "figure ours" : "figure";
    return (
      `<rect class="bar-${row.server.role}" x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>` +
      `<text class="${shade}" x="${(x + width + 6).toFixed(1)}" y="${top + 11}">${figures(value(row))}</text>`
    );
  });
  return [`<text class="panel" x="${x.toFixed(1)}" y="${TOP - 12}">${head}</text>`, ...drawn].join("\n");
}

function label({ heading, kind, server, y }, runtimes) {
  if (heading !== undefined) return `<text class="group" x="${MARGIN}" y="${y}">${heading}</text>`;
  const shade = server.role === "ours" ? ' class="ours"' : "";
  const text = title(server, kind, runtimes).replace(/(\d+)\.\d+\.\d+\)/, "$1)");
  return `<text${shade} x="${MARGIN}" y="${y + ROW / 2 + 4.5}">${text}</text>`;
}

export function drawChart(data) {
  const { rows, bottom } = layout(data);
  const height = bottom + 36;
  const panels = PANELS.map((entry, index) => panel(entry, index, data, rows));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Memory, time and CPU of ten thousand WebSockets, event streams and long polls on landspout and other servers; lower is better</title>
<style>${STYLE}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="${MARGIN}" y="42">Ten thousand clients on one process</text>
<text class="note" x="${MARGIN}" y="62">server on one core, all clients on another; shorter is better</text>
${rows.map((row) => label(row, data.runtimes)).join("\n")}
${panels.join("\n")}
<text class="note" x="${MARGIN}" y="${height - 18}">Medians over rounds. Time counts from the request to publish until the last client has read the message; polls then wait again.</text>
</svg>
`;
}
