all: in | dir ; @echo $^ / $|
in: ; @echo $@
dir: ; @echo $@; mkdir dir
