lazy = $(eval lazy := $$(shell echo run >> log; echo value))$(lazy)
all: ; @echo $(lazy) $(lazy) $(lazy); wc -l < log | tr -d ' '
