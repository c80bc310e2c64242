# What kbx says of changed interfaces of the kernel, held against the headers of four kernels.
set(api_changes ${PROJECT_SOURCE_DIR}/rules/api-changes.json)
add_test(NAME api-changes COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/changes.py ${api_changes})
add_test(NAME api-selftest COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/selftest.py ${api_changes})
set_tests_properties(api-changes api-selftest PROPERTIES LABELS api SKIP_RETURN_CODE 77 TIMEOUT 900)
