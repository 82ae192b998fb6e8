import { execFileSync } from 'node:child_process'

interface Target {
  readonly codename: string
  readonly component: string
  readonly uri: string
}

/** Where this machine itself gets Debian from. Throws when apt knows of none. */
export function debianMirror(): string {
  const main = targets().find(({ codename }) => /^[a-z]+$/.test(codename))
  if (!main) throw new Error('apt knows no mirror of Debian')
  return main.uri
}

/** Lines for a `sources.list` of that release, with its updates and security fixes when this machine knows where they are. */
export function debianSources(release: string): readonly string[] {
  const known = targets()
  const mirrorOf = (codename: string) => known.find((each) => each.codename === codename)?.uri
  const main = `deb ${mirrorOf(release) ?? debianMirror()} ${release} main`
  const later = [`${release}-updates`, `${release}-security`].flatMap((codename) => {
    const uri = mirrorOf(codename)
    return uri === undefined ? [] : [`deb ${uri} ${codename} main`]
  })
  return [main, ...later]
}

function targets(): readonly Target[] {
  const format = '$(CODENAME) $(COMPONENT) $(REPO_URI)'
  const text = execFileSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    encoding: 'utf8',
  })
  return text.split('\n').flatMap((line) => {
    const [codename = '', component = '', uri = ''] = line.split(' ')
    return component === 'main' ? [{ codename, component, uri }] : []
  })
}
