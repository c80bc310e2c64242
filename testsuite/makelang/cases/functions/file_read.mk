# setup: printf 'one\ntwo\n\n' > in.txt
$(info [$(file <in.txt)] [$(file < nothing.txt)])
all: ; @:
