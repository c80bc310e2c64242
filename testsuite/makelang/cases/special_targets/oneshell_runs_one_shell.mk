.ONESHELL:
all:
	@v=kept
	echo $$v
	cd /
	pwd
