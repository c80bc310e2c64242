# setup: touch a.q b.q
all:
	@echo "two  spaces" 'single $$x' back\ slash
	@echo *.q
	@echo a=b
	@x=1 sh -c 'echo $$x'
