/** The words of the accuracy page, in two languages. */
import { CONDITION_NAMES, type ConditionName, conditionOf } from '../../simulators/street/conditions.ts'
import { aboutStory, STORY_NAMES, type StoryName } from '../../simulators/street/test-street.ts'

export type Language = 'en' | 'zh'

const STORIES_ZH: Record<StoryName, string> = {
  handcart: '推手推车、支桌撑伞的摊贩',
  tricycle: '用三轮车售货的摊贩',
  cloth: '铺布席地的摊贩',
  rail: '推衣架卖衣服的摊贩',
  'goods-left': '物品放下后无人看管',
  'goods-twice': '物品放下、取走、又放下另一批',
  deserted: '摊贩离开，货物全部留下',
  bicycle: '停放一辆自行车或电动车',
  bicycles: '三辆两轮车一起停放',
  'car-pavement': '汽车停上人行道',
  'car-lane': '汽车停在消防通道',
  'road-stall': '车行道上的摊位',
  shopfront: '商店把货物摆到门外',
  grill: '冒烟的烧烤架',
  scrap: '过磅收废品',
  passers: '行人车辆经过',
  'short-stops': '两人带箱子短暂停留',
  'moving-vendor': '摊贩推车走过，停几秒',
  courier: '外卖员送货',
  breakfast: '许可内的早餐车',
  'bus-queue': '公交站排队',
  waiting: '有人等候一分钟',
  works: '开始前就在的施工围挡',
  'red-light': '汽车等红灯，一辆短停',
  unloading: '装卸区卸货',
  'there-before': '开始前就停着的车和盆栽',
  talk: '两人交谈片刻',
}

const CONDITIONS_ZH: Record<ConditionName, string> = {
  day: '晴天',
  dusk: '黄昏，路灯亮起',
  night: '夜间，灯箱变换',
  rain: '雨天',
  rainnight: '雨夜',
  drift: '光照漂移 30 %',
  cloud: '云遮住三分之一的光',
  edge: '云影边缘掠过',
  wind: '风吹树影',
  shake: '摄像机抖动',
  crowd: '人流密集',
  hidden: '路边广告牌遮挡',
  sidelight: '低角度侧光',
  high: '高位俯视',
  low: '低位平视',
}

export const RULES_ZH: Readonly<Record<string, string>> = {
  'street-vending': '无照经营游商',
  piling: '乱堆物堆料',
  'bicycle-occupation': '非机动车乱停放',
  'vehicle-occupation': '机动车占道',
  'road-occupation': '占道经营',
  'beyond-shopfront': '店外经营',
  barbecue: '露天烧烤',
  'scrap-buying': '占道废品收购',
}

export function storyWords(story: string, language: Language): string {
  const known = STORY_NAMES.find((name) => name === story)
  if (known === undefined) return story
  return language === 'zh' ? STORIES_ZH[known] : aboutStory(known)
}

export function conditionWords(condition: string, language: Language): string {
  const known = CONDITION_NAMES.find((name) => name === condition)
  if (known === undefined) return condition
  return language === 'zh' ? CONDITIONS_ZH[known] : conditionOf(known).about
}

export function ruleWords(rule: string, language: Language): string {
  return language === 'zh' ? `${RULES_ZH[rule] ?? rule} \`${rule}\`` : `\`${rule}\``
}
