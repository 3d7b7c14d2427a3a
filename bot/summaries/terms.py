"""Extracts the terms by which two texts can be compared across languages; pure.

A Chinese summary shares no words with an English paper, except names and the things that figures are about.
These are listed here as ideas, each with its words in the languages that summaries are tested in.
"""

import re
from functools import lru_cache

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u04ff"
_WORD = re.compile(rf"[{_LETTERS}][{_LETTERS}0-9]++")
_CJK_RUN = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]{2,}")
_MOST_OF_A_WORD = 8

_COMMON = frozenset(
    """
    the and for with that this from are was were has have had been its their our his her they them then than
    which while when where who whom whose into onto over under between among per via using used use uses
    can could may might will would shall should must not nor but also both each all any some such more
    most less least other another these those there here only very much many few new based achieves
    achieve achieving show shows shown demonstrate demonstrates results result propose proposes proposed
    present presents paper work approach method methods novel state art sota existing recent however
    compared respectively about around approximately including across within without through et al ai
    der die das den dem des ein eine einer eines und oder mit von für auf bei aus durch nach über unter
    wird werden ist sind als auch nicht zu im zur zum sich le la les un une du de ou avec pour par sur
    dans est sont que qui ne pas plus au aux ce cette ces el los las una unos unas del con por para en
    es son no se su sus lo como""".split()
)

# One idea per line: its English words, then Chinese, Japanese, Korean, German, French and Spanish ones.
_IDEAS = """
accuracy accurate 准确率 准确度 精度 精确率 正确率 正解率 정확도 genauigkeit précision exactitude
    precisión exactitud
error errors 错误率 误差 错误 誤差 エラー 오류 오차 fehler fehlerrate erreur erreurs errores
benchmark benchmarks 基准 评测 ベンチマーク 벤치마크
dataset datasets data corpus 数据集 数据 语料 データセット データ 데이터셋 데이터 datensatz datensätze
    daten données conjunto datos
task tasks 任务 タスク 작업 과제 태스크 aufgabe aufgaben tâche tâches tarea tareas
model models 模型 モデル 모델 modell modelle modèle modèles modelo modelos
parameter parameters params 参数 パラメータ 매개변수 파라미터 paramètres parámetros
token tokens 词元 令牌 トークン 토큰 jetons
image images 图像 图片 画像 이미지 bild bilder imagen imágenes
video videos 视频 動画 ビデオ 비디오 동영상 vidéo vidéos vídeo vídeos
language languages 语言 言語 언어 sprache sprachen langue langues idioma idiomas lengua
sample samples example examples instance instances 样本 示例 实例 サンプル 샘플 예제 beispiele exemples
    ejemplos muestras échantillons
question questions query queries problem problems 问题 题目 查询 質問 問題 질문 문제 fragen frage
    preguntas problemas
second seconds sec 秒 초 sekunde sekunden seconde secondes segundo segundos
minute minutes 分钟 分間 분 minuten minuto minutos
hour hours 小时 时间 時間 시간 stunde stunden heure heures hora horas
day days 天 日間 일간 tage jour jours día días
frame frames fps 帧 フレーム 프레임 bilder images fotogramas
layer layers 层 層 레이어 계층 schicht schichten couche couches capa capas
dimension dimensions dimensional 维 次元 차원 dimensionen dimensión dimensiones
step steps 步 步骤 ステップ 단계 schritt schritte étape étapes paso pasos
epoch epochs round rounds turn turns iteration iterations 轮 迭代 ラウンド エポック 에폭 반복 runden
    itérations iteraciones rondas
average mean 平均 평균 durchschnitt durchschnittlich moyenne moyen promedio media
score scores 得分 分数 评分 スコア 점수 punkte punktzahl puntuación
speed faster speedup acceleration accelerate throughput 速度 加速 吞吐 提速 更快 高速 스루풋 속도 가속
    schneller geschwindigkeit vitesse rapide accélération velocidad rápido
latency delay 延迟 时延 遅延 지연 latenz latence latencia
memory 内存 显存 记忆 メモリ 메모리 speicher mémoire memoria
cost costs compute budget flops 成本 开销 预算 计算量 コスト 計算 비용 kosten coût coûts coste costo
    costes
reduction reduce reduces reduced reducing lower decrease decreases drop 降低 减少 下降 缩短 压缩 削減
    低減 減少 감소 줄 reduziert senkt verringert réduit réduction reducción
improvement improve improves improved improving gain gains increase increases boost outperform
    outperforms outperforming outperformed surpass surpasses surpassing exceeds exceeding higher 提升
    提高 改进 增益 增加 超过 超越 优于 高出 向上
    改善 上回 향상 개선 verbessert verbesserung steigert améliore amélioration mejora mejoras supera
performance 性能 表现 성능 leistung performances rendimiento
efficiency efficient 效率 高效 効率 효율 effizienz efficacité eficiencia
baseline baselines 基线 ベースライン 베이스라인
training train trained pretraining 训练 预训练 训練 学習 학습 훈련 trainiert entraînement entraîné
    entrenamiento
inference 推理 推論 추론 inferenz inférence inferencia
reasoning 推理 推論 추론 schlussfolgern raisonnement razonamiento
agent agents 智能体 代理 エージェント 에이전트 agenten agentes
user users people human humans participants 用户 人类 参与者 ユーザー 人間 사용자 인간 nutzer menschen
    utilisateurs humains usuarios humanos
domain domains category categories class classes type types kind kinds 领域 类别 类型 种类 类 种 分野
    カテゴリ 種類 분야 범주 종류 bereiche kategorien domaines catégories dominios categorías tipos
environment environments 环境 環境 환경 umgebung umgebungen environnement environnements entorno
    entornos
rate 率 비율 taux tasa
success 成功 성공 erfolg erfolgsrate succès réussite éxito
math mathematical mathematics 数学 수학 mathematik mathematisch mathématiques matemáticas
code coding programming 代码 编程 コード 코드 프로그래밍 programmierung codage código programación
size large small scale 规模 大小 规格 規模 크기 규모 größe taille échelle tamaño escala
length long context 长度 上下文 长 長さ コンテキスト 길이 컨텍스트 länge kontext longueur contexte
    longitud contexto
resolution 分辨率 解像度 해상도 auflösung résolution resolución
method methods approaches system systems 方法 系统 手法 システム 방법 시스템 verfahren systeme méthodes
    systèmes métodos sistemas
expert experts annotated annotations 专家 标注 注释 専門家 アノテーション 전문가 주석 experten annotiert
    expertos anotaciones
document documents page pages article articles paper papers 文档 文章 页 论文 文書 論文 문서 논문
    dokumente seiten artikel documentos páginas
world gpu gpus hardware 显卡 ハードウェア 하드웨어
"""


_IDEA_MARK = "~"


def _ideas_by_word() -> dict[str, frozenset[str]]:
    ideas: dict[str, set[str]] = {}
    for line in _IDEAS.strip().casefold().replace("\n    ", " ").split("\n"):
        words = line.split()
        for word in words:
            ideas.setdefault(word, set()).add(f"{_IDEA_MARK}{words[0]}")
    return {word: frozenset(found) for word, found in ideas.items()}


_IDEAS_BY_WORD = _ideas_by_word()
_CJK_WORD = re.compile(
    "|".join(sorted((word for word in _IDEAS_BY_WORD if not word[0].isascii()), key=len, reverse=True))
)


def terms(text: str) -> set[str]:
    """Return a text's normalised words, their ideas, and pairs of CJK characters, without common words."""
    found: set[str] = set()
    for word in _WORD.findall(text):
        found |= _terms_of_word(word)
    for run in _CJK_RUN.findall(text):
        found.update(run[place : place + 2] for place in range(len(run) - 1))
        for word in _CJK_WORD.findall(run):
            found |= _IDEAS_BY_WORD[word]
    return found


def words(text: str) -> set[str]:
    """Return only the normalised words, in Latin, Greek and Cyrillic letters."""
    return {term for term in terms(text) if term[0] not in _IDEA_MARK and not _CJK_RUN.match(term)}


@lru_cache(maxsize=65_536)
def _terms_of_word(word: str) -> frozenset[str]:
    folded = word.casefold()
    if folded in _COMMON:
        return frozenset()
    stem = folded.rstrip("s")[:_MOST_OF_A_WORD] or folded
    return _IDEAS_BY_WORD.get(folded, frozenset()) | {stem}
