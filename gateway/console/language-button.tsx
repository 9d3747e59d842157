/** The other language, in its own words: who cannot read this page can read the button. */
import { useWords } from './words.ts'

export function LanguageButton({ onClick }: { onClick: () => void }) {
  const { t, language } = useWords()
  return (
    <button
      type="button"
      class="quiet language"
      lang={language === 'zh' ? 'en' : 'zh-CN'}
      title={t('nav.languageLabel')}
      onClick={onClick}
    >
      {t('nav.language')}
    </button>
  )
}
