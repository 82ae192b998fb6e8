/** The oldest glibc, such as 2.28, that has everything a program asks of it by symbol version; undefined when it asks nothing. */
export function neededGlibc(program: Buffer): string | undefined {
  let newest = -1
  for (let at = program.indexOf('GLIBC_2.'); at !== -1; at = program.indexOf('GLIBC_2.', at + 1)) {
    const [, minor] = /^GLIBC_2\.(\d+)/.exec(program.toString('latin1', at, at + 12)) ?? []
    newest = Math.max(newest, Number(minor ?? -1))
  }
  return newest < 0 ? undefined : `2.${newest}`
}
