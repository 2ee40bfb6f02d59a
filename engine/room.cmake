# room(NAME base FLOOR 0 SOURCES a.cc [USES room…] [LINKS third-party-target…])
#
# One room of the house is one static library. A room may use rooms of lower floors only; anything else
# stops the configuration, so a circle cannot be built.
# Its files do not repeat names in their unnamed namespaces: most presets compile a room as one batch.
function(room)
  cmake_parse_arguments(ROOM "" "NAME;FLOOR" "SOURCES;USES;LINKS" ${ARGN})
  if(ROOM_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "room ${ROOM_NAME}: what is '${ROOM_UNPARSED_ARGUMENTS}'? See engine/room.cmake")
  endif()
  add_library(riposte_${ROOM_NAME} STATIC ${ROOM_SOURCES})
  set_property(TARGET riposte_${ROOM_NAME} PROPERTY RIPOSTE_FLOOR ${ROOM_FLOOR})
  target_include_directories(riposte_${ROOM_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
  foreach(used IN LISTS ROOM_USES)
    if(NOT TARGET riposte_${used})
      message(FATAL_ERROR "room ${ROOM_NAME} uses ${used}, which is not built before it")
    endif()
    get_property(used_floor TARGET riposte_${used} PROPERTY RIPOSTE_FLOOR)
    if(used_floor GREATER_EQUAL ROOM_FLOOR)
      message(FATAL_ERROR
        "room ${ROOM_NAME} (floor ${ROOM_FLOOR}) leans on ${used} (floor ${used_floor}); only lower floors are allowed")
    endif()
    target_link_libraries(riposte_${ROOM_NAME} PUBLIC riposte_${used})
  endforeach()
  target_link_libraries(riposte_${ROOM_NAME} PUBLIC ${ROOM_LINKS})
endfunction()
