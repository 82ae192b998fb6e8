/** User-Agent values of programs that look for open or badly guarded SIP servers. None is a telephone. */
const scanners =
  /friendly-(?:scanner|request)|sipvicious|sipcli|sip-scan|sundayddr|siparmyknife|Vax(?:SIP|IP)UserAgent|pplsip|\b(?:iWar|smap|sipptk)\b/i

export function isScannerName(userAgent: string | undefined): boolean {
  return userAgent !== undefined && scanners.test(userAgent)
}
