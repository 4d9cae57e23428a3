/** The page's whole style: one column on a phone, cards beside each other where there is room, light and dark. */
export const style = `
:root { color-scheme: light dark; --text: #1c2430; --soft: #566173; --page: #f6f7f9; --card: #fff; --line: #d5dae2;
  --good: #14663a; --good-back: #dcf3e5; --fair: #7a4b00; --fair-back: #fdeccb; --bad: #97151f; --bad-back: #fbdfe0; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ef; --soft: #a3adbd; --page: #14181f; --card: #1d232d;
  --line: #38414f; --good: #8fe0b1; --good-back: #143a26; --fair: #f5cd85; --fair-back: #453109; --bad: #ffabaf;
  --bad-back: #4d171b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
p, ul { margin: .5rem 0; }
ul { padding-left: 1.25rem; }
code { font: .9em ui-monospace, monospace; background: var(--page); border-radius: 3px; padding: 0 .2em; }
.soft { color: var(--soft); }
.top { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); align-items: start; }
.cards { columns: 22rem; column-gap: 1rem; }
.cards > * { break-inside: avoid; margin-bottom: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; min-width: 0; }
.card > :first-child { margin-top: 0; }
.head { display: flex; flex-wrap: wrap; gap: .1rem .5rem; justify-content: space-between; align-items: start; }
.rows { list-style: none; padding: 0; }
.rows > li { padding: .3rem 0; border-bottom: 1px solid var(--line); }
.rows > li:last-child { border: 0; }
.rows .badge { margin-left: auto; }
.badge { border-radius: 1rem; padding: .1rem .7rem; font-size: .85rem; font-weight: 600; white-space: nowrap; }
.good { color: var(--good); background: var(--good-back); }
.fair { color: var(--fair); background: var(--fair-back); }
.bad { color: var(--bad); background: var(--bad-back); }
dl { margin: .75rem 0 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0 0 .5rem; }
dd ul { font-size: .85rem; color: var(--soft); margin: .1rem 0; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: inherit; }
td:first-child { width: 100%; }
td:last-child { text-align: right; white-space: nowrap; padding-right: 0; }
tfoot { font-weight: 600; }
svg { display: block; width: 100%; max-width: 30rem; margin: 0 auto; font-family: system-ui, sans-serif; }
svg text { text-anchor: middle; fill: var(--text); }
svg .name { font-size: 12px; font-weight: 600; }
svg .small { font-size: 11.5px; fill: var(--soft); }
svg .flow { font-size: 12px; }
svg .box { fill: var(--page); stroke: var(--soft); }
svg .visitors { fill: var(--good-back); stroke: var(--good); }
svg .frame { fill: none; stroke: var(--line); stroke-dasharray: 5 4; }
svg .arrow { fill: none; stroke: var(--text); stroke-width: 1.5; }
a { color: inherit; text-underline-offset: .2em; }
@media print { body { background: none; } .card { break-inside: avoid; } }
`;
