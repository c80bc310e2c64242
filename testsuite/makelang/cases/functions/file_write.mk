$(file >out.txt,one)
$(file >>out.txt,two)
$(file >>out.txt)
$(file > spaced.txt,a  b)
$(file >empty.txt)
all: ; @cat out.txt spaced.txt
