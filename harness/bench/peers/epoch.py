"""An epoch of DPO by TRL on pairs that are tokenised already, with its copy of the model as the reference."""

import copy

from datasets import Dataset
from transformers import PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer

import peer
import worker

w = worker.w
data = Dataset.from_list([{"prompt_ids": p["prompt"], "chosen_ids": p["chosen"], "rejected_ids": p["rejected"]} for p in worker.pairs()])
tokenizer = PreTrainedTokenizerFast(tokenizer_file=f"{peer.EMBEDDED}/tokenizer.json")
tokenizer.pad_token = tokenizer.eos_token = tokenizer.convert_ids_to_tokens(5)
settings = DPOConfig(
    output_dir="build/bench/trl", per_device_train_batch_size=16, num_train_epochs=1, learning_rate=1e-5, beta=0.1, max_grad_norm=1.0,
    weight_decay=0.0, save_strategy="no", report_to=[], logging_strategy="no", disable_tqdm=True, use_cpu=True, bf16=False, max_length=None,
    gradient_checkpointing=False, dataloader_num_workers=0,
)


class Ready(DPOTrainer):
    def _prepare_dataset(self, dataset, *args, **more):
        return dataset  # it has token ids already


def once():
    model = peer.model()
    Ready(model=model, ref_model=copy.deepcopy(model), args=settings, train_dataset=data, processing_class=tokenizer).train()


if not w.fresh:
    once()
worker.serve(once)
