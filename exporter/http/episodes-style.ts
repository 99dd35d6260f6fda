/** How episodes look: on a wall screen, on a phone, in the dark, on paper. */

/** Colours are told apart by people who see few, and never alone: words stand beside them. */
const COLOURS = {
  bot: ['#6f5bd0', '#9d8df0'], queue: ['#d9722c', '#f0975a'], agent: ['#17827a', '#3fb8ad'], customer: ['#a3adb8', '#66717d'], hold: ['#b99a1f', '#d8bb4c'],
  delivery: ['#2f74c0', '#69a6e8'], survey: ['#b8438f', '#e27fbd'], failed: ['#c4302b', '#f0726c'],
} as const;

const variables = (dark: 0 | 1): string => Object.entries(COLOURS).map(([name, shades]) => `--${name}:${shades[dark]}`).join(';');

export const EPISODES_STYLE = `:root{${variables(0)};--soft:color-mix(in srgb,currentColor 7%,transparent);--link:#0b57c2}
@media(prefers-color-scheme:dark){:root{${variables(1)};--link:#8ab8ff}}
a{color:var(--link)}a:focus-visible,button:focus-visible,select:focus-visible,input:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
h1{line-height:1.2;margin:.6rem 0}h2{margin:1.8rem 0 .6rem;font-size:1.2rem}.muted{opacity:.75}.nowrap{white-space:nowrap}
.tabs{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;padding:0;margin:1rem 0}
.tabs a{display:block;padding:.35rem .8rem;border:1px solid var(--line);border-radius:1rem;text-decoration:none}
.tabs a[aria-current]{background:var(--link);border-color:var(--link);color:Canvas;font-weight:600}
form.filter{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:0 0 1rem}form.filter label{display:grid;gap:.15rem;font-size:.875rem}
form.filter select,form.filter input,form.filter button{font:inherit;padding:.3rem .5rem;max-width:100%;box-sizing:border-box}
td,th{padding:.45rem .9rem .45rem 0}tbody th{font-weight:600}.badge{display:inline-block;padding:0 .5rem;border:1px solid currentColor;border-radius:.7rem;font-size:.85rem;white-space:nowrap}
.badge.bad{color:var(--failed)}.badge.good{color:var(--agent)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:.6rem;margin:1rem 0}.cards div{background:var(--soft);border-radius:.4rem;padding:.5rem .8rem}
.cards dt{font-size:.85rem;opacity:.8}.cards dd{margin:0;font-size:1.2rem;font-weight:600;font-variant-numeric:tabular-nums}.cards dd small{display:block;width:fit-content;font-size:.8rem;white-space:normal;opacity:1}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;list-style:none;padding:0;margin:.5rem 0}.legend i,.swatch{display:inline-block;width:.8em;height:.8em;border-radius:.15em;margin-right:.4em}
svg{display:block;width:100%;overflow:visible}.strip{height:2.2rem;border-radius:.3rem;background:var(--soft)}.marks{height:1.1rem}.bar{height:1.1rem;background:var(--soft);border-radius:.15rem}
.ticks{display:flex;justify-content:space-between;font-size:.8rem;opacity:.8;font-variant-numeric:tabular-nums}
${Object.keys(COLOURS).map((name) => `.f-${name}{fill:var(--${name});background:var(--${name})}`).join('')}.f-kpi{fill:none;stroke:currentColor;stroke-width:2;vector-effect:non-scaling-stroke}
table.spans td{vertical-align:middle}table.spans td.chart{width:45%;min-width:8rem;padding-right:0}table.spans .child th{padding-left:1.4rem;font-weight:normal}
table.spans .beside th{font-weight:normal}.onpaper{display:none}.pager{display:flex;gap:1.5rem;margin:1rem 0}
@media(max-width:40rem){main{padding:1rem}td,th{padding-right:.6rem}
table.stack thead{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}table.stack tr{display:block;border-bottom:1px solid var(--line);padding:.6rem 0}
table.stack td,table.stack th{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0;text-align:right}table.stack td::before{content:attr(data-label);opacity:.75;text-align:left}
table.spans,table.spans tbody{display:block}table.spans thead{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}
table.spans tr{display:grid;grid-template-columns:1fr auto auto;gap:0 .8rem;border-bottom:1px solid var(--line);padding:.35rem 0}table.spans th,table.spans td{border:0;padding:0}
table.spans .child th{padding-left:1.2rem}table.spans td.chart{grid-column:1/-1;width:auto}}
@media print{nav,form.filter{display:none}.onpaper{display:block}:root{color-scheme:light;${variables(0)}}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}tr,.cards div{break-inside:avoid}a{color:inherit;text-decoration:none}}`;

/** `4 h 12 min`, `35 s`: the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds > 0 && seconds < 10 && !Number.isInteger(seconds) ? seconds.toFixed(1) : whole} s`;
  const units = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']] as const;
  const first = units.findIndex(([size]) => whole >= size);
  const [[size, unit], next] = [units[first]!, units[first + 1]]; // whole is a minute or more
  const rest = next ? Math.floor((whole % size) / next[0]) : 0;
  return `${Math.floor(whole / size)} ${unit}${next && rest > 0 ? ` ${rest} ${next[1]}` : ''}`;
}

/** `2026-03-02 10:00:00 UTC`. @param at epoch milliseconds UTC */
export const instant = (at: number): string => {
  const iso = new Date(at).toISOString();
  return `<time datetime="${iso}" class="nowrap">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
};
