find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME style-arrows COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/check_arrows.py)
set_tests_properties(style-arrows PROPERTIES LABELS style)
