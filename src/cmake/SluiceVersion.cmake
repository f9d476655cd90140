# version.h with version and commit, for run/provenance.cpp alone.
set(SLUICE_VERSION_FOLDER ${PROJECT_BINARY_DIR}/generated)
add_custom_target(sluice_version
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${SLUICE_VERSION_FOLDER}/sluice_version.h -DVERSION=${PROJECT_VERSION}
          -DBUILD_TYPE=${CMAKE_BUILD_TYPE} -DSOURCE=${PROJECT_SOURCE_DIR}
          -P ${CMAKE_CURRENT_LIST_DIR}/write_version.cmake
  BYPRODUCTS ${SLUICE_VERSION_FOLDER}/sluice_version.h)
add_dependencies(sluice_run sluice_version)
# On this source alone, so that a compiler cache shares the others between build folders.
set_source_files_properties(run/provenance.cpp PROPERTIES INCLUDE_DIRECTORIES ${SLUICE_VERSION_FOLDER})
