define text
one
two

endef
$(file >out.txt,$(text))
$(file >none.txt,)
all: ; @wc -l < out.txt | tr -d ' '
