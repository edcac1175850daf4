/** The style of the pages of `landspout serve`: a sheet with a table on it, light and dark, wide and narrow. */
export const STYLE = `
:root {
  --ground: #e9eef0; --sheet: #fff; --ink: #162024; --faint: #5a6971; --line: #dde4e8; --wash: #eef7f8; --accent: #0b7285;
  --shadow: 0 1px 2px rgb(16 32 40 / 6%), 0 8px 32px rgb(16 32 40 / 8%);
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1214; --sheet: #1a2226; --ink: #e6ecef; --faint: #9dabb3; --line: #2e393f; --wash: #17282c; --accent: #5cc8d7;
    --shadow: 0 8px 32px rgb(0 0 0 / 35%);
  }
}
* { box-sizing: border-box; }
body {
  max-width: 58rem; margin: 0 auto; padding: 2rem 1rem calc(2rem + env(safe-area-inset-bottom));
  background: var(--ground); color: var(--ink);
}
a { color: inherit; text-decoration: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: .4rem; }

header { margin: 0 0 1rem; padding: 0 .25rem; font-size: 1.25rem; }
header ol { display: flex; flex-wrap: wrap; align-items: baseline; margin: 0; padding: 0; list-style: none; }
header li { max-width: 100%; overflow-wrap: anywhere; }
header li + li::before { content: "/"; padding: 0 .35rem; color: var(--faint); }
header a { color: var(--accent); }
header a:hover { text-decoration: underline; text-underline-offset: .2em; }
h1 { display: inline; margin: 0; font-size: inherit; font-weight: 650; }

main { border: 1px solid var(--line); border-radius: 1rem; background: var(--sheet); box-shadow: var(--shadow); overflow: hidden; }
table { width: 100%; border-collapse: collapse; }
th { padding: 0; font-size: .875rem; font-weight: 400; text-align: left; white-space: nowrap; color: var(--faint); }
th a { display: block; padding: .7rem 1.25rem; }
th a:hover { color: var(--accent); }
th[aria-sort] a { color: var(--ink); font-weight: 600; }
th[aria-sort] a::after { content: " \\2191"; }
th[aria-sort=descending] a::after { content: " \\2193"; }
th.size a, td.size { text-align: right; }

tbody tr { position: relative; border-top: 1px solid var(--line); }
tbody tr:hover { background: var(--wash); }
td { padding: .6rem 1.25rem; white-space: nowrap; color: var(--faint); font-size: .9rem; font-variant-numeric: tabular-nums; }
td.name { width: 100%; white-space: normal; overflow-wrap: anywhere; color: var(--ink); font-size: 1rem; }
td.name a { display: block; padding-left: 1.9rem; }
/* The whole row is the link. */
td.name a::after { content: ""; position: absolute; inset: 0; }
td.name a:focus-visible { outline: none; }
td.name a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: .4rem; }
tbody tr:hover a { color: var(--accent); }
tr.up span { color: var(--faint); }
svg { float: left; width: 1.25rem; height: 1.25rem; margin: .1rem 0 0 -1.9rem; fill: none; stroke: var(--faint); stroke-width: 1.3; stroke-linejoin: round; }
svg.up { stroke: var(--accent); stroke-width: 1.8; stroke-linecap: round; }
svg.folder { fill: var(--accent); stroke: none; }

.sum { margin: 0; padding: .8rem 1.25rem; font-size: .875rem; color: var(--faint); }
table + .sum { border-top: 1px solid var(--line); }
.error { padding: 2.5rem 1.5rem; text-align: center; }
.error h1 { font-size: 2.5rem; font-weight: 650; }
.error a { color: var(--accent); text-decoration: underline; text-underline-offset: .2em; }

/* Narrow: size and date below the name. */
@media (max-width: 40rem) {
  body { padding-top: 1.25rem; }
  thead, tbody { display: block; }
  tr { display: grid; grid-template-columns: auto minmax(0, 1fr); padding: .65rem 1rem; }
  thead tr { grid-template-columns: auto auto minmax(0, 1fr); padding: 0 .25rem; }
  th a { padding: .8rem .75rem; }
  td { padding: 0; font-size: .85rem; }
  td.name { grid-column: 1 / -1; }
  td.size { padding-left: 1.9rem; text-align: left; }
  td.size:not(:empty) { padding-right: .75rem; }
  tr.up td:not(.name) { display: none; }
  .sum { padding-inline: 1rem; }
}
`;
