// Of a package that has more for its builders than for its users: nothing but these.
const onlyThese: readonly { readonly package: RegExp; readonly files: RegExp }[] = [
  { package: /^node-(linux|darwin)-/, files: /^(bin\/node|LICENSE|package\.json)$/ },
  { package: /^sqlite3$/, files: /^(lib\/.*\.js|build\/Release\/node_sqlite3\.node|LICENSE|package\.json)$/ },
  { package: /^libphonenumber-js$/, files: /^(?!bundle\/)/ },
]

// Node strips no types under node_modules, so TypeScript is never loaded from there.
const needlessEnding = /\.(map|ts|cts|mts|flow|tsbuildinfo|md|markdown|gypi?|cc?|h|o|a|tgz|tar\.gz)$/i
const legalText = /(^|\/)(licen[cs]e|copying|notice|patents)[^/]*$/i
// At the top of a package only: `yaml/dist/doc` is code.
const needlessFolder = /^(benchmarks?|coverage|docs?|examples?|man|tests?|__tests__)\//
const hidden = /(^|\/)\./

/** Whether a box needs a file of an npm package when it runs. `file` is relative to the folder of the package. */
export function isNeededAtRunTime(packageName: string, file: string): boolean {
  if (onlyThese.some((rule) => rule.package.test(packageName) && !rule.files.test(file))) return false
  if (legalText.test(file)) return true
  return ![needlessEnding, needlessFolder, hidden].some((needless) => needless.test(file))
}
