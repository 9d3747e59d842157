/**
 * Where messages go. Every level is `[a-z0-9-]`: no level can smuggle a wildcard or a separator.
 *
 *     ume/v1/{site}/{gateway}/alert/{rule}/{cam}        the gateway's own root
 *     ume/v1/{site}/_backend/state                      the back end's, one for the site
 */
import { assert } from '../kit/assert.ts'

export class Topics {
  readonly root: string
  /** CloudEvents `source` of every message. */
  readonly source: string
  readonly backendState: string

  constructor(site: string, gateway: string) {
    const level = /^[a-z0-9-]+$/
    assert(level.test(site) && level.test(gateway), 'site and gateway are topic levels')
    this.root = `ume/v1/${site}/${gateway}`
    this.source = `/ume/${site}/${gateway}`
    this.backendState = `ume/v1/${site}/_backend/state`
  }

  /** Topic of something below the root, as the outbox names it: `alert/street-vending/cam-1`. */
  of(below: string): string {
    assert(/^[a-z0-9-]+(\/[A-Za-z0-9_-]+)*$/.test(below), `${below} is a topic below the root`)
    return `${this.root}/${below}`
  }

  /** What stands below the root; null when the topic is somebody else's. */
  below(topic: string): string | null {
    return topic.startsWith(`${this.root}/`) ? topic.slice(this.root.length + 1) : null
  }
}
