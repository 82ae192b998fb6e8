import { raw } from 'hono/html'

/** No fonts, no pictures, no network: the page must work when nothing else does. */
export const style = raw(`
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; }
h1 { margin: 0; font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
header p { margin: .1rem 0; opacity: .75; }
.parts { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .8rem; }
.part { padding: .35rem .7rem; border-radius: .4rem; border-left: .4rem solid #888; background: #8881; }
.part.good { border-color: #2a8f3c; } .part.degraded { border-color: #d99a00; } .part.failed { border-color: #c62828; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; font-weight: 600; opacity: .7; } th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8883; overflow-wrap: break-word; max-width: 34rem; }
th { white-space: nowrap; }
pre { overflow-x: auto; } td form { display: inline-block; margin-right: .4rem; }
.empty { opacity: .6; margin: 0; } .lost-note { display: none; color: #c62828; opacity: 1; } .lost .lost-note { display: block; }
`)
