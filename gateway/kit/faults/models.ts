/** Faults of: detections and models. */
import { entry } from './entry.ts'

export const MODELS_FAULTS = {
  MODEL_MISSING: entry(
    ['The model file {path} is not there.', 'No frame is analysed with it.', 'Check model.file.'],
    ['找不到模型文件 {path}。', '不会用它分析任何画面。', '请检查 model.file。'],
  ),
  MODEL_UNREADABLE: entry(
    [
      'The model file {path} cannot be used ({reason}).',
      'It is refused.',
      'Fetch the file again from its origin.',
    ],
    ['模型文件 {path} 无法使用（{reason}）。', '已拒绝加载。', '请从来源重新获取该文件。'],
  ),
  MODEL_HASH_MISMATCH: entry(
    [
      'The model file {path} has sha256 {actual}, its manifest says {expected}.',
      'It is refused.',
      'Fetch the file again, or give the manifest that belongs to it.',
    ],
    [
      '模型文件 {path} 的 sha256 为 {actual}，清单要求 {expected}。',
      '已拒绝加载。',
      '请重新获取文件，或提供与其相符的清单。',
    ],
  ),
  MODEL_MANIFEST_MISSING: entry(
    [
      'No manifest belongs to the model file {path} (sha256 {actual}).',
      'It is refused.',
      'Put {path}.manifest.json beside it, or name one in model.manifest; `lushao models add` suggests one.',
    ],
    [
      '模型文件 {path}（sha256 {actual}）没有对应的清单。',
      '已拒绝加载。',
      '请在其旁放置 {path}.manifest.json，或在 model.manifest 中指定；`lushao models add` 可给出建议。',
    ],
  ),
  MODEL_MANIFEST_INVALID: entry(
    ['The model manifest {path} is wrong: {reason}.', 'The model is refused.', 'Correct the manifest.'],
    ['模型清单 {path} 有误：{reason}。', '已拒绝加载该模型。', '请修正清单。'],
  ),
  MODEL_SHAPE_WRONG: entry(
    [
      'The model {model} does not have the shape its manifest says: {reason}.',
      'It is refused.',
      'Give the manifest that belongs to this model.',
    ],
    ['模型 {model} 的形状与清单不符：{reason}。', '已拒绝加载。', '请提供与该模型相符的清单。'],
  ),
  MODEL_FAILED: entry(
    [
      'The model {model} failed on a frame or its worker died ({reason}).',
      'The frame counts as not analysed; a dead worker is replaced in {retryMs} ms.',
      'If it repeats, check memory and run `lushao models verify`.',
    ],
    [
      '模型 {model} 处理画面失败或其工作线程退出（{reason}）。',
      '该画面按未分析计；退出的线程将在 {retryMs} 毫秒后重启。',
      '如反复出现，请检查内存并运行 `lushao models verify`。',
    ],
  ),
  MODEL_MANIFEST_SUGGESTED: entry(
    [
      'The model file {path} has no manifest; one is suggested from what the file says of itself. Uncertain: {uncertain}.',
      'The model is refused until somebody has read the manifest and saved it.',
      'Correct the suggestion, save it as {path}.manifest.json and add the model again.',
    ],
    [
      '模型文件 {path} 没有清单；已根据文件自述给出建议清单。不确定之处：{uncertain}。',
      '在有人核对并保存清单之前，拒绝加载该模型。',
      '请修正建议清单，保存为 {path}.manifest.json 后重新添加。',
    ],
  ),
  MODEL_FAMILY_UNKNOWN: entry(
    [
      'The model file {path} has no manifest, and its outputs are those of no family known here: {outputs}.',
      'It is refused.',
      'Export it in one of the forms that models/README.md lists, or write its manifest.',
    ],
    [
      '模型文件 {path} 没有清单，其输出不属于任何已知类型：{outputs}。',
      '已拒绝加载。',
      '请按 models/README.md 所列形式重新导出，或自行编写清单。',
    ],
  ),
  MODEL_LICENCE_NETWORK_COPYLEFT: entry(
    [
      'The model {model} is under {licence}, whose terms reach whoever uses the product over a network.',
      'It is not refused for that.',
      'Offer them the source of the whole product under the same terms, buy another licence, or take another model.',
    ],
    [
      '模型 {model} 采用 {licence} 许可，其条款及于通过网络使用本产品的人。',
      '不因此拒绝加载。',
      '请以相同条款向其提供整个产品的源代码，或购买其他许可，或更换模型。',
    ],
  ),
  MODEL_LICENCE_COPYLEFT: entry(
    [
      'The model {model} is under {licence}, whose terms pass on to what is distributed with it.',
      'It is not refused for that.',
      'Before you hand the box or its software to others, have the terms read.',
    ],
    [
      '模型 {model} 采用 {licence} 许可，其条款随一并分发的内容传递。',
      '不因此拒绝加载。',
      '在向他人交付设备或软件之前，请先审阅条款。',
    ],
  ),
  MODEL_LICENCE_SHARE_ALIKE: entry(
    [
      'The model {model} is under {licence}: what is derived from it must be shared under the same terms.',
      'It is not refused for that.',
      'Name its authors, and publish a network that you train on from it under the same licence.',
    ],
    [
      '模型 {model} 采用 {licence} 许可：其衍生内容须以相同条款共享。',
      '不因此拒绝加载。',
      '请署名作者；在其基础上再训练的网络须以同一许可发布。',
    ],
  ),
  MODEL_LICENCE_NON_COMMERCIAL: entry(
    [
      'The model {model} is under {licence}, which allows no commercial use.',
      'It is not refused for that.',
      'Ask whether your use counts as commercial before it goes into service, or take another model.',
    ],
    [
      '模型 {model} 采用 {licence} 许可，不允许商业使用。',
      '不因此拒绝加载。',
      '投入使用前请确认用途是否属于商业用途，或更换模型。',
    ],
  ),
  MODEL_LICENCE_OWN_TERMS: entry(
    [
      'The model {model} is under {licence}, terms of its own that are not known here.',
      'It is not refused for that.',
      'Read them before the model goes into service.',
    ],
    ['模型 {model} 采用 {licence} 许可，其自有条款未知。', '不因此拒绝加载。', '投入使用前请阅读该条款。'],
  ),
}
