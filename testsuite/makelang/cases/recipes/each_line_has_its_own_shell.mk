all:
	@v=lost
	@echo [$$v]
	@cd /; pwd
	@test "`pwd`" != / && echo back
