/**
 * docs/benchmark.svg: CPU per request of every server under three workloads, one panel each, servers in rows grouped
 * by runtime. Bars are linear from zero; one that is longer than its panel is cut with a visible break and keeps its figure. Colours
 * follow the reader's light or dark scheme.
 */
import { figures } from "./numbers.mjs";
import { runtimeTitle } from "./servers.mjs";

const PANELS = [
  { name: "hello", title: "Hello, keep-alive" },
  { name: "pipelined", title: "Pipelined ×16" },
  { name: "browser", title: "Browser headers" },
];

const WIDTH = 900;
const MARGIN = 28;
const LABELS = 188;
const GAP = 20;
const PANEL = (WIDTH - 2 * MARGIN - LABELS - GAP * PANELS.length) / PANELS.length;
/** Room right of the longest bar for its figure. */
const FIGURE = 40;
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
  .axis { stroke: #d8dee4; }
  .bar-ours { fill: #0f9a92; }
  .bar-peer { fill: #a9b4c0; }
  .bar-control { fill: #eef1f4; stroke: #a9b4c0; stroke-dasharray: 3 2; }
  .break { fill: none; stroke: #ffffff; stroke-width: 2.5; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117; stroke: #30363d; }
    text { fill: #e6edf3; }
    .note, .group, .figure { fill: #9198a1; }
    .ours { fill: #4fd6c9; }
    .axis { stroke: #30363d; }
    .bar-ours { fill: #2bb8ac; }
    .bar-peer { fill: #57616d; }
    .bar-control { fill: #161b22; stroke: #57616d; }
    .break { stroke: #0d1117; }
  }`;

function escapeText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Rows in drawing order: a heading per runtime, its servers by the cost of hello, the control last. */
function layout(data) {
  const hello = data.throughput.hello.results;
  const rows = [];
  let y = TOP;
  for (const group of ["node", "bun", "python"]) {
    const members = data.servers
      .filter((server) => server.group === group && hello[server.name])
      .sort((a, b) => (a.role === "control") - (b.role === "control") || hello[a.name].cpu - hello[b.name].cpu);
    if (members.length === 0) continue;
    rows.push({ heading: runtimeTitle(group, data.runtimes), y: y + 16 });
    y += GROUP;
    for (const server of members) {
      rows.push({ server, y });
      y += ROW;
    }
    y += 8;
  }
  return { rows, bottom: y };
}

/** The longest bar is the costliest server on Node or Bun; Tornado, an order of magnitude away, is cut. */
function scaleOf(results, servers) {
  const costs = servers
    .filter((server) => server.group !== "python" && results[server.name])
    .map((server) => results[server.name].cpu);
  const longest = Math.max(...costs);
  return (cpu) => ({
    width: Math.max(1.5, (Math.min(cpu, longest * 1.06) / longest) * ((PANEL - FIGURE) / 1.06)),
    cut: cpu > longest * 1.06,
  });
}

function bar(x, y, server, cpu, scale) {
  const { width, cut } = scale(cpu);
  const top = y + (ROW - BAR) / 2;
  const parts = [
    `<rect class="bar-${server.role}" x="${x}" y="${top}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
  ];
  if (cut) {
    const at = x + width - 18;
    parts.push(`<path class="break" d="M${at + 3} ${top - 1} l-6 ${BAR + 2} m7 0 l6 ${-BAR - 2}"/>`);
  }
  const shade = server.role === "ours" ? "figure ours" : "figure";
  parts.push(`<text class="${shade}" x="${(x + width + 6).toFixed(1)}" y="${top + 11}">${figures(cpu)}</text>`);
  return parts.join("");
}

function panel({ name, title }, index, data, rows, bottom) {
  const results = data.throughput[name]?.results;
  if (!results) return "";
  const x = MARGIN + LABELS + GAP + index * (PANEL + GAP);
  const scale = scaleOf(results, data.servers);
  const bars = rows
    .filter(({ server }) => server && results[server.name])
    .map(({ server, y }) => bar(x, y, server, results[server.name].cpu, scale));
  return [
    `<text class="panel" x="${x}" y="${TOP - 12}">${title}</text>`,
    `<line class="axis" x1="${x - 0.5}" y1="${TOP}" x2="${x - 0.5}" y2="${bottom - 8}"/>`,
    ...bars,
  ].join("\n");
}

function label({ heading, server, y }) {
  if (heading) return `<text class="group" x="${MARGIN}" y="${y}">${escapeText(heading)}</text>`;
  const shade = server.role === "ours" ? ' class="ours"' : server.role === "control" ? ' class="note"' : "";
  return `<text${shade} x="${MARGIN}" y="${y + ROW / 2 + 4.5}">${escapeText(server.label)}</text>`;
}

export function drawChart(data) {
  const { rows, bottom } = layout(data);
  const height = bottom + 40;
  const panels = PANELS.map((entry, index) => panel(entry, index, data, rows, bottom));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">CPU microseconds per request of landspout and other servers; lower is better</title>
<style>${STYLE}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="${MARGIN}" y="42">CPU per request, microseconds</text>
<text class="note" x="${MARGIN}" y="62">user + system time of the server process on one core, 64 connections; shorter is better</text>
${rows.map(label).join("\n")}
${panels.join("\n")}
<text class="note" x="${MARGIN}" y="${height - 20}">Medians over the rounds of one run. Dashed: the floor, the same socket reads answered with fixed bytes.</text>
</svg>
`;
}
