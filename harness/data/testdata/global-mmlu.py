"""Writes global-mmlu.parquet: two made-up items under the columns of CohereForAI/Global-MMLU.

    pip install pyarrow && python global-mmlu.py
"""

import pyarrow as pa
import pyarrow.parquet as pq

columns = ["sample_id", "subject", "question", "option_a", "option_b", "option_c", "option_d", "answer"]
rows = [
    ["days/test/0", "days", " Which day follows Monday?", "Sunday", "Tuesday", "Friday", "Saturday", "B"],
    ["days/test/1", "days", "Which day precedes Monday?", "Sunday", "Tuesday", "Friday", "Saturday", "A"],
]
table = {c: [r[i] for r in rows] for i, c in enumerate(columns)} | {"is_annotated": [True, False]}
pq.write_table(pa.table(table), "global-mmlu.parquet")
