"""The page's only style sheet: light, dark, and paper."""

STYLE = """
:root { --paper: #fff; --ink: #1b2530; --soft: #5d6b7a; --line: #dfe4ea; --tint: #f4f6f8;
  --one: #0072b2; --two: #d55e00; --spark: #56779b; --good: #1c6e4f; --warn: #8a4b00; }
@media (prefers-color-scheme: dark) { :root { --paper: #12181f; --ink: #e6ebf0; --soft: #9aa8b6;
  --line: #2b3642; --tint: #1a232d; --one: #56b4e9; --two: #f0944d; --spark: #7d9cbd;
  --good: #6fcaa2; --warn: #f2b266; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1080px; padding: 36px 32px 60px;
  font: 15px/1.5 "Inter", "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", "DejaVu Sans",
  sans-serif; }
header { border-bottom: 3px solid var(--ink); padding-bottom: 18px; margin-bottom: 22px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 20px; line-height: 1.3; margin: 44px 0 14px; padding-top: 10px;
  border-top: 1px solid var(--line); letter-spacing: -0.005em; }
h2.unit { font-size: 24px; border-top: 3px solid var(--ink); }
header .when { font-size: 18px; margin: 0; }
header .fine { margin: 8px 0 0; }
.fine, .none, .law, figcaption span { color: var(--soft); font-size: 13px; }
.test { background: #7a1c1c; color: #fff; padding: 6px 12px; border-radius: 4px; font-weight: 600; }
.keys { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 0; padding: 0; }
.keys div { background: var(--tint); border-radius: 6px; padding: 12px 16px 14px; }
.keys dt { color: var(--soft); font-size: 13px; }
.keys dd { margin: 0; }
.keys .big { font-size: 25px; line-height: 1.25; font-weight: 600; letter-spacing: -0.01em;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
.keys .big small { font-size: 14px; font-weight: 400; letter-spacing: 0; }
.keys .fine { min-height: 1.5em; }
figure { margin: 18px 0 22px; }
figcaption { font-weight: 600; margin-bottom: 6px; }
figcaption span { font-weight: 400; margin-left: 10px; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 6px;
  padding: 0; font-size: 13px; }
.legend svg { width: 12px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.plot { display: block; width: 100%; height: auto; font-size: 12px; overflow: visible; }
.plot text { fill: var(--soft); font-variant-numeric: tabular-nums; }
.plot text.name { fill: var(--ink); font-size: 13px; }
.grid, .tick { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; }
.hatch { stroke: var(--soft); stroke-width: 0.7; opacity: 0.75; }
.framed { stroke: var(--line); }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.s-one { stroke: var(--one); } .line.s-two { stroke: var(--two); stroke-dasharray: 6 3; }
rect.s-one, .dot.s-one { fill: var(--one); } rect.s-two, .dot.s-two { fill: var(--two); }
.spark { fill: var(--spark); } .heat { fill: var(--one); }
.c-two { fill: #0072b2; } .c-car { fill: #56b4e9; } .c-bus { fill: #009e73; }
.c-truck { fill: #e69f00; } .c-trailer { fill: #d55e00; } .c-other { fill: #9b9b9b; }
.l-free { fill: #d5e3ee; } .l-dense { fill: #fbcf6b; } .l-slow { fill: #e8762b; }
.l-jammed { fill: #7a1c1c; }
.d-ok { fill: #9fd0bc; } .d-degraded { fill: #e69f00; } .d-down { fill: #7a1c1c; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 28px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 1.4;
  font-variant-numeric: tabular-nums; }
th { text-align: left; vertical-align: bottom; color: var(--soft); font-weight: 500;
  border-bottom: 1px solid var(--soft); }
th, td { padding: 5px 8px; } th:first-child, td:first-child { padding-left: 0; }
td { border-bottom: 1px solid var(--line); white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
.figure { text-align: right; }
tfoot td { font-weight: 600; border-bottom: 0; border-top: 1px solid var(--soft); }
td small { display: block; color: var(--soft); font-size: 12px; font-weight: 400; }
td .small { display: block; width: 150px; height: 26px; margin-left: auto; }
td .bar { display: block; width: 160px; height: 10px; }
.cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; }
article { border: 1px solid var(--line); border-radius: 6px; overflow: hidden; padding-bottom: 10px;
  break-inside: avoid; }
article img, .blank { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: cover; }
.blank { background: var(--tint); color: var(--soft); font-size: 13px; display: grid;
  place-items: center; }
article h3 { font-size: 15px; margin: 10px 12px 2px; display: flex; flex-wrap: wrap;
  justify-content: space-between; gap: 0 8px; }
article h3::first-letter { text-transform: uppercase; }
article time { font-weight: 400; color: var(--soft); font-variant-numeric: tabular-nums; }
article p { margin: 1px 12px; font-size: 13px; overflow-wrap: anywhere; }
article .law { font-size: 12px; } article .fine { font-size: 12px; margin-top: 6px; }
.measured { font-weight: 600; font-variant-numeric: tabular-nums; }
.grade { border: 1px solid currentColor; border-radius: 3px; padding: 0 5px; white-space: normal; }
.grade.enforcement { color: var(--good); } .grade.statistics { color: var(--warn); }
.notes { color: var(--soft); font-size: 13px; padding-left: 18px; }
@media (max-width: 720px) { body { padding: 20px 14px; } .keys { grid-template-columns: 1fr 1fr; }
  figure { overflow-x: auto; } .plot { min-width: 640px; }
  .pair { grid-template-columns: 1fr; } .cards { grid-template-columns: 1fr; } }
@page { size: A4; margin: 13mm 12mm 14mm; }
@media print {
  :root { --paper: #fff; --ink: #111; --soft: #4c5763; --line: #d5dbe1; --tint: #f3f5f7;
    --one: #0072b2; --two: #d55e00; --spark: #56779b; --good: #1c6e4f; --warn: #8a4b00; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1 { font-size: 21pt; } h2 { font-size: 14pt; margin-top: 22pt; break-after: avoid; }
  table, figcaption span, .fine, .none, .law, .legend, .notes, article p { font-size: 8.5pt; }
  th, td { padding: 3px 5px; }
  .keys .big { font-size: 16pt; } .keys dt { font-size: 8.5pt; }
  td small { display: block; color: var(--soft); font-size: 12px; font-weight: 400; }
td .small { width: 90px; height: 18px; } td .bar { width: 90px; }
  .wide { overflow: visible; }
  .anew, h2.unit { break-before: page; } .anew > h2 { margin-top: 0; }
  figure, tr, article, .keys div { break-inside: avoid; }
  thead { display: table-header-group; } tfoot { display: table-row-group; }
}
"""
