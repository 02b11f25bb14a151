"""Writes the files that the test of the ready-made tasks reads: made-up items under the columns of the published data sets.

    pip install pyarrow && python ready.py
"""

import pyarrow as pa
import pyarrow.parquet as pq

columns = ["sample_id", "subject", "question", "option_a", "option_b", "option_c", "option_d", "answer"]
rows = [
    ["days/test/0", "days", " Which day follows Monday?", "Sunday", "Tuesday", "Friday", "Saturday", "B"],
    ["days/test/1", "days", "Which day precedes Monday?", "Sunday", "Tuesday", "Friday", "Saturday", "A"],
]
texts = pa.list_(pa.string())
tables = {
    "global-mmlu": {c: [r[i] for r in rows] for i, c in enumerate(columns)} | {"is_annotated": [True, False]},
    "arc-challenge": {
        "id": ["x_1", "x_2"],
        "question": ["What melts?", "What floats?"],
        "choices": pa.array(
            [{"text": ["ice", "stone", "air"], "label": ["1", "2", "3"]}, {"text": ["lead", "wood"], "label": ["A", "B"]}],
            pa.struct({"text": texts, "label": texts}),
        ),
        "answerKey": ["1", "B"],
    },
    "hellaswag": {
        "ind": pa.array([24, 25], pa.int32()),
        "activity_label": ["Baking", "How to sleep"],
        "ctx_a": ["She opens the oven.", "[header] How to sleep [title] Lie down. [step] Close your eyes."],
        "ctx_b": ["she", ""],
        "ctx": ["She opens the oven. she", "[header] How to sleep [title] Lie down. [step] Close your eyes."],
        "endings": pa.array([["takes out bread.", "swims.", "flies.", "sleeps."], ["Sing.", "Wait. [substeps] Breathe.", "Run.", "Dig."]], texts),
        "label": ["0", "1"],
    },
    "truthfulqa-mc1": {
        "question": ["Do stones sleep?"],
        "mc1_targets": pa.array([{"choices": ["No", "Yes, at night"], "labels": [1, 0]}], pa.struct({"choices": texts, "labels": pa.list_(pa.int32())})),
        "mc2_targets": pa.array([{"choices": [], "labels": []}], pa.struct({"choices": texts, "labels": pa.list_(pa.int32())})),
    },
}
for name, table in tables.items():
    pq.write_table(pa.table(table), f"{name}.parquet")
