all:
	@cat out.txt
	$(file >out.txt,written first)
