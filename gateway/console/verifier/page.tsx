/**
 * The page: drop packages, give a key, read the verdict. It asks nobody for anything: one file, no network.
 *
 *     drop ─▶ files ─▶ packages ─▶ the checks of `lushao verify` ─▶ a sentence each, and what it rests on
 */
import { useEffect, useState } from 'preact/hooks'
import type { VerifyReport } from '../../evidence/check-all.ts'
import { check, type Notice, noticeOf, opened } from './checking.ts'
import { DropField } from './drop-field.tsx'
import type { Dropped } from './dropped.ts'
import { Result, sizeOf } from './result.tsx'
import { type Language, type Say, sayIn } from './strings.ts'
import { TrustFields, type TrustTexts } from './trust-fields.tsx'

interface Done {
  readonly report: VerifyReport
  readonly checkedAt: string
}

const NO_TRUST: TrustTexts = { keys: '', revoked: '', authorities: '', anchors: '', timestamped: false }

export function Page() {
  const [language, setLanguage] = useState<Language>(navigator.language.startsWith('zh') ? 'zh' : 'en')
  const [dropped, setDropped] = useState<Dropped | null>(null)
  const [trust, setTrust] = useState<TrustTexts>(NO_TRUST)
  const [whole, setWhole] = useState<boolean | null>(null)
  const [progress, setProgress] = useState<{ bytes: number; of: number } | null>(null)
  const [done, setDone] = useState<Done | null>(null)
  const [notice, setNotice] = useState<Notice | null>(null)
  const t = sayIn(language)
  useTitle(t, language)
  useFocusOn(done)

  const run = async (what: Dropped, isWhole: boolean | null) => {
    setNotice(null)
    setDone(null)
    try {
      const report = await check(what, trust, { isWhole, onWhole: setWhole, onProgress: setProgress })
      setDone({ report, checkedAt: new Date().toISOString() })
    } catch (error) {
      setNotice(noticeOf(error))
    } finally {
      setProgress(null)
    }
  }
  const take = async (reading: Promise<Dropped>) => {
    try {
      const what = await opened(await reading)
      setDropped(what)
      await run(what, null)
    } catch (error) {
      setNotice(noticeOf(error))
    }
  }

  return (
    <main>
      <Head language={language} onLanguage={setLanguage} t={t} />
      <p class="lead">{t('lead')}</p>
      <TrustFields texts={trust} onChange={setTrust} t={t} />
      <DropField onTaken={take} t={t} />
      {dropped && (
        <div class="again">
          <label>
            <input
              type="checkbox"
              checked={whole === true}
              onChange={(event) => setWhole(event.currentTarget.checked)}
            />{' '}
            {t('whole')}
          </label>
          <button type="button" disabled={progress !== null} onClick={() => void run(dropped, whole)}>
            {t('again')}
          </button>
          <button type="button" disabled={done === null} onClick={() => window.print()}>
            {t('print')}
          </button>
        </div>
      )}
      <div aria-live="polite">
        {notice && <Refusal notice={notice} t={t} />}
        {progress && <Progress bytes={progress.bytes} of={progress.of} t={t} />}
      </div>
      {done && <Result report={done.report} checkedAt={done.checkedAt} language={language} t={t} />}
      <footer>{t('limits')}</footer>
    </main>
  )
}

function Refusal({ notice, t }: { notice: Notice; t: Say }) {
  return (
    <p class="notice" role="alert">
      {t(notice.key, notice.values)}
    </p>
  )
}

interface HeadProps {
  readonly language: Language
  readonly onLanguage: (language: Language) => void
  readonly t: Say
}

function Head({ language, onLanguage, t }: HeadProps) {
  return (
    <header>
      <h1>{t('title')}</h1>
      <button
        type="button"
        class="language"
        lang={language === 'zh' ? 'en' : 'zh-CN'}
        title={t('languageLabel')}
        onClick={() => onLanguage(language === 'zh' ? 'en' : 'zh')}
      >
        {t('language')}
      </button>
    </header>
  )
}

function Progress({ bytes, of, t }: { bytes: number; of: number; t: Say }) {
  return (
    <p class="progress">
      <label for="bar">{t('checking')}</label> <progress id="bar" value={bytes} max={of} /> {sizeOf(bytes)} /{' '}
      {sizeOf(of)}
    </p>
  )
}

function useTitle(t: Say, language: Language): void {
  useEffect(() => {
    document.title = t('title')
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  }, [language])
}

/** The verdict is what somebody waits for: keyboard and reader are led to it. */
function useFocusOn(done: Done | null): void {
  useEffect(() => {
    if (done !== null) document.querySelector<HTMLElement>('#results-title')?.focus()
  }, [done])
}
