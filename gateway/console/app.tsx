/**
 * Who is here decides what is shown: nobody ─▶ login, one-time password ─▶ its change, person ─▶ desk.
 */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { AccountsPage } from './accounts.tsx'
import { Api, type Me, Refusal } from './api.ts'
import { AuditPage } from './audit.tsx'
import { Desk } from './desk.tsx'
import { LanguageButton } from './language-button.tsx'
import { Later } from './later.tsx'
import { LiveWall } from './live-wall.tsx'
import { Login, PasswordChange, SecondFactorDue } from './login.tsx'
import { MyAccount } from './my-account.tsx'
import { PlacesPage } from './places.tsx'
import { SetupPage } from './setup.tsx'
import { StatisticsPage } from './statistics.tsx'
import type { Language, StringKey } from './strings.ts'
import { SystemPage } from './system.tsx'
import { chooseLanguage, chosenLanguage, useWords, WordsContext, wordsOf } from './words.ts'

const PAGES = [
  ['alerts', 'alerts:read'],
  ['live', 'live:view'],
  ['recordings', 'recordings:read'],
  ['audit', 'audit:read'],
  ['accounts', 'accounts:manage'],
  ['statistics', 'statistics:read'],
  ['places', 'cameras:read'],
  ['system', 'system:read'],
  ['setup', 'config:change'],
] as const
type Page = (typeof PAGES)[number][0]

export function App() {
  const [language, setLanguage] = useState<Language>(chosenLanguage)
  const words = useMemo(() => wordsOf(language), [language])
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    document.title = words.t('app.name')
  }, [language])
  const switchLanguage = () => {
    const next = language === 'zh' ? 'en' : 'zh'
    chooseLanguage(next)
    setLanguage(next)
  }
  return (
    <WordsContext.Provider value={words}>
      <Session switchLanguage={switchLanguage} />
    </WordsContext.Provider>
  )
}

function Session({ switchLanguage }: { switchLanguage: () => void }) {
  const { t } = useWords()
  const api = useMemo(() => new Api(), [])
  const [me, setMe] = useState<Me | null>()
  useEffect(() => {
    api.me().then(setMe, () => setMe(null))
  }, [])
  const forget = () => setMe(null)
  const enter = (person: Me) => {
    sessionStorage.clear() // A purpose holds for one login.
    setMe(person)
  }
  const logout = () => {
    // Gone either way: when the box does not answer, the page forgets and the cookie runs out.
    api.logout().then(forget, forget)
  }

  if (me === undefined) return <p class="waiting">{t('loading')}</p>
  if (me === null) return <Login api={api} onDone={enter} switchLanguage={switchLanguage} />
  if (me.changeDue) return <PasswordChange api={api} onDone={setMe} switchLanguage={switchLanguage} />
  if (me.secondFactorDue)
    return (
      <SecondFactorDue
        api={api}
        me={me}
        onDone={() => void api.me().then(setMe, forget)}
        switchLanguage={switchLanguage}
      />
    )
  return (
    <Frame
      api={api}
      me={me}
      onMe={setMe}
      onLogout={logout}
      onLoginEnded={forget}
      switchLanguage={switchLanguage}
    />
  )
}

const loadBodyCams = () => import('./bodycams.tsx').then(({ BodyCamPage }) => BodyCamPage)

/** What one page asked another to open. */
interface Opened {
  readonly eventId: string | null
  readonly recordingId: string | null
}

interface FrameProps {
  readonly api: Api
  readonly me: Me
  readonly onMe: (me: Me) => void
  readonly onLogout: () => void
  readonly onLoginEnded: () => void
  readonly switchLanguage: () => void
}

function Frame({ api, me, onMe, onLogout, onLoginEnded, switchLanguage }: FrameProps) {
  const [page, setPage] = useState<Page>('alerts')
  const [live, setLive] = useState(false)
  const [isAccountOpen, setAccountOpen] = useState(false)
  const onRefused = (error: unknown) => {
    if (error instanceof Refusal && error.body.code === 'NOT_LOGGED_IN') onLoginEnded()
  }
  const parts = { api, me, onRefused }
  const [opened, setOpened] = useState<Opened>({ eventId: null, recordingId: null })
  const openAlert = (eventId: string) => {
    setOpened({ eventId, recordingId: null })
    setPage('alerts')
  }
  const openRecording = (recordingId: string) => {
    setOpened({ eventId: null, recordingId })
    setPage('recordings')
  }
  const turnTo = (name: Page) => {
    setOpened({ eventId: null, recordingId: null })
    setPage(name)
  }
  return (
    <div class="frame">
      <Top
        {...{ me, page, live, onLogout, switchLanguage }}
        onTurn={turnTo}
        onAccount={() => setAccountOpen(true)}
      />
      {isAccountOpen && <MyAccount api={api} me={me} onMe={onMe} onClose={() => setAccountOpen(false)} />}
      <Desk
        {...parts}
        isShown={page === 'alerts'}
        wanted={opened.eventId}
        onLive={setLive}
        onLoginEnded={onLoginEnded}
        onOpenRecording={openRecording}
      />
      {page === 'live' && <LiveWall {...parts} />}
      {page === 'recordings' && (
        <Later
          load={loadBodyCams}
          parts={{ ...parts, recordingId: opened.recordingId, onOpenAlert: openAlert }}
        />
      )}
      {page === 'audit' && <AuditPage {...parts} />}
      {page === 'accounts' && <AccountsPage {...parts} />}
      {page === 'places' && <PlacesPage {...parts} />}
      {page === 'system' && <SystemPage {...parts} />}
      {page === 'setup' && <SetupPage {...parts} />}
      {page === 'statistics' && <StatisticsPage {...parts} />}
    </div>
  )
}

interface TopProps extends Pick<FrameProps, 'me' | 'onLogout' | 'switchLanguage'> {
  readonly page: Page
  readonly live: boolean
  readonly onTurn: (page: Page) => void
  readonly onAccount: () => void
}

function Top({ me, page, live, onTurn, onAccount, onLogout, switchLanguage }: TopProps) {
  const { t, term } = useWords()
  return (
    <header class="top">
      <div class="brand">
        <span class="mark" aria-hidden="true" />
        <h1>{t('app.name')}</h1>
        <span class="about">{t('app.about')}</span>
      </div>
      <nav aria-label={t('nav.label')}>
        {PAGES.filter(([, permission]) => me.permissions.includes(permission)).map(([name]) => (
          <button
            key={name}
            type="button"
            class="tab"
            aria-current={page === name ? 'page' : undefined}
            onClick={() => onTurn(name)}
          >
            {t(`nav.${name}` as StringKey)}
          </button>
        ))}
      </nav>
      <div class="who">
        <span class={live ? 'link on' : 'link'} role="status">
          {t(live ? 'live.on' : 'live.off')}
        </span>
        <button type="button" class="person plain" title={t('me.title')} onClick={onAccount}>
          <b>{me.name}</b> {term('role', me.role)}
        </button>
        <LanguageButton onClick={switchLanguage} />
        <button type="button" class="quiet" onClick={onLogout}>
          {t('nav.logout')}
        </button>
      </div>
    </header>
  )
}
