(module
 (type $0 (func (param i32 i32) (result i32)))
 (type $1 (func (param i32 i32 i32) (result i32)))
 (type $2 (func (param i32 i32 i32 i32) (result i32)))
 (type $3 (func (param i32 i32 i32)))
 (type $4 (func (param i32 i32)))
 (type $5 (func (param i32 i32 i32 i32 i32) (result i32)))
 (type $6 (func (param i32 i32 i32 i32 i32 i32) (result i32)))
 (type $7 (func (param i32 i32 i32 i32 i32)))
 (global $assembly/outcome/linesLeft (mut i32) (i32.const 0))
 (global $assembly/facts/flags (mut i32) (i32.const 0))
 (global $assembly/facts/lengthValue (mut i64) (i64.const 0))
 (global $assembly/facts/known (mut i64) (i64.const 0))
 (global $assembly/index/abiVersion i32 (i32.const 4))
 (memory $0 7 7)
 (data $0 (i32.const 1029) "\1d$")
 (data $0.1 (i32.const 1041) "\15)\00&\"+\00\13\00\0e\01\10\00\12\00\02\00\00\00-(\00*\00\'\00\00\06\00\00\001\1f\00\00\00\00\00\00,\17\04\16\00\00\00%\n\00\05\00\t\00\00\00\00\00\00\1e#\00\00\00\11!\00\00\00\0f\00\00\00\030\00\00\002\00\0c\00 \00\00\00\00\00\00\00\00\r\00\08\1b\1c\00\18\00\14\0b\19\00\00\07\1a/\00\00.")
 (data $1 (i32.const 1157) "\t\0b")
 (data $1.1 (i32.const 1169) "\07\0e\00\r\18\04\00\08\00\r\04\11\00\13\00\n\00\00\00\08\0e\00\0b\00\0e\00\00\07\00\00\00\r\11\00\00\00\00\00\00\06\r\11\06\00\00\00\0b\0f\00\06\00\06\00\00\00\00\00\00\08\10\00\00\00\08\16\00\00\00\r\00\00\00\0e\r\00\00\00\04\00\n\00\15\00\00\00\00\00\00\00\00\06\00\10\0f\11\00\02\00\05\0f\07\00\00\0c\t\04\00\00\n")
 (data $2 (i32.const 1440) "x-real-ip")
 (data $2.1 (i32.const 1472) "x-xsrftoken")
 (data $2.2 (i32.const 1824) "referer")
 (data $2.3 (i32.const 1856) "sec-fetch-dest")
 (data $2.4 (i32.const 1920) "last-event-id")
 (data $2.5 (i32.const 1952) "sec-websocket-extensions\00\00\00\00\00\00\00\00date")
 (data $2.6 (i32.const 2048) "if-range")
 (data $2.7 (i32.const 2112) "authorization")
 (data $2.8 (i32.const 2144) "host")
 (data $2.9 (i32.const 2176) "if-modified-since")
 (data $2.10 (i32.const 2240) "if-unmodified-since")
 (data $2.11 (i32.const 2304) "connection")
 (data $2.12 (i32.const 2432) "location")
 (data $2.13 (i32.const 2464) "sec-fetch-mode")
 (data $2.14 (i32.const 2528) "traceparent")
 (data $2.15 (i32.const 2592) "sec-fetch-site")
 (data $2.16 (i32.const 2688) "upgrade")
 (data $2.17 (i32.const 2816) "content-range")
 (data $2.18 (i32.const 2848) "sec-websocket-key")
 (data $2.19 (i32.const 3072) "server")
 (data $2.20 (i32.const 3104) "cache-control")
 (data $2.21 (i32.const 3136) "transfer-encoding")
 (data $2.22 (i32.const 3168) "origin")
 (data $2.23 (i32.const 3296) "x-csrftoken")
 (data $2.24 (i32.const 3328) "accept-encoding")
 (data $2.25 (i32.const 3392) "expect")
 (data $2.26 (i32.const 3456) "accept")
 (data $2.27 (i32.const 3680) "x-scheme")
 (data $2.28 (i32.const 3712) "x-requested-with")
 (data $2.29 (i32.const 3840) "if-match")
 (data $2.30 (i32.const 3872) "sec-websocket-protocol")
 (data $2.31 (i32.const 4000) "if-none-match")
 (data $2.32 (i32.const 4128) "content-length")
 (data $2.33 (i32.const 4160) "last-modified")
 (data $2.34 (i32.const 4288) "vary")
 (data $2.35 (i32.const 4352) "user-agent")
 (data $2.36 (i32.const 4416) "sec-websocket-version")
 (data $2.37 (i32.const 4704) "cookie")
 (data $2.38 (i32.const 4768) "content-encoding")
 (data $2.39 (i32.const 4800) "x-forwarded-for")
 (data $2.40 (i32.const 4832) "x-forwarded-proto")
 (data $2.41 (i32.const 4896) "te")
 (data $2.42 (i32.const 4960) "range")
 (data $2.43 (i32.const 4992) "accept-language")
 (data $2.44 (i32.const 5024) "trailer")
 (data $2.45 (i32.const 5120) "content-type")
 (data $2.46 (i32.const 5152) "forwarded")
 (data $2.47 (i32.const 5184) "etag")
 (data $2.48 (i32.const 5280) "set-cookie")
 (data $3 (i32.const 5376) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")
 (export "abiVersion" (global $assembly/index/abiVersion))
 (export "parseRequestHead" (func $assembly/index/parseRequestHead))
 (export "parseResponseHead" (func $assembly/index/parseResponseHead))
 (export "parseTrailers" (func $assembly/index/parseTrailers))
 (export "parseChunkSize" (func $assembly/index/parseChunkSize))
 (export "hashBlocks" (func $assembly/hash/hashBlocks))
 (export "hashFinish" (func $assembly/hash/hashFinish))
 (export "indexOf" (func $assembly/index-of/indexOf))
 (export "mask" (func $assembly/mask/mask))
 (export "utf8" (func $assembly/utf8/utf8))
 (export "memory" (memory $0))
 (func $assembly/resume/isStillIncomplete (param $0 i32) (param $1 i32) (param $2 i32) (result i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 i32)
  (local $6 v128)
  (local $7 i32)
  local.get $2
  i32.const 24
  i32.shr_u
  i32.const 31
  i32.and
  local.set $5
  local.get $2
  i32.const 29
  i32.shr_u
  local.tee $4
  i32.eqz
  local.get $0
  local.get $2
  i32.const 16777215
  i32.and
  i32.add
  local.tee $2
  local.get $1
  i32.gt_u
  i32.or
  if
   i32.const 0
   return
  end
  loop $while-continue|0
   local.get $1
   local.get $2
   i32.gt_u
   if
    block $while-break|0
     local.get $4
     i32.const 6
     i32.lt_u
     if
      block $__inlined_func$assembly/lanes/at$3 (result v128)
       local.get $1
       local.get $2
       i32.sub
       local.tee $3
       i32.const 16
       i32.ge_s
       if
        local.get $2
        v128.load
        br $__inlined_func$assembly/lanes/at$3
       end
       local.get $1
       i32.const 16
       i32.sub
       v128.load
       v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
       i32.const 16
       local.get $3
       i32.sub
       i8x16.splat
       i8x16.add
       i8x16.swizzle
      end
      local.set $6
      local.get $4
      i32.const 2
      i32.eq
      if (result v128)
       local.get $6
       v128.const i32x4 0x20202020 0x20202020 0x20202020 0x20202020
       i8x16.le_u
       local.get $6
       v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
       i8x16.eq
       v128.or
       local.get $6
       v128.const i32x4 0x23232323 0x23232323 0x23232323 0x23232323
       i8x16.eq
       v128.or
      else
       local.get $4
       i32.const 4
       i32.eq
       local.get $4
       i32.const 1
       i32.eq
       i32.or
       if (result v128)
        v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
        local.get $6
        v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
        v128.and
        i8x16.swizzle
        v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
        local.get $6
        i32.const 4
        i8x16.shr_u
        i8x16.swizzle
        v128.and
        v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
        i8x16.eq
       else
        local.get $6
        v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
        i8x16.le_u
        local.get $6
        v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
        i8x16.eq
        v128.or
       end
      end
      i8x16.bitmask
      local.tee $3
      i32.eqz
      if
       local.get $2
       i32.const 16
       i32.add
       local.set $2
       br $while-continue|0
      end
      local.get $2
      local.get $3
      i32.ctz
      i32.add
      local.tee $2
      local.get $1
      i32.ge_u
      br_if $while-break|0
     end
     local.get $4
     i32.const 7
     i32.eq
     if
      local.get $5
      if (result i32)
       v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
       local.get $2
       i32.load8_u
       i8x16.splat
       local.tee $6
       v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
       v128.and
       i8x16.swizzle
       v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
       local.get $6
       i32.const 4
       i8x16.shr_u
       i8x16.swizzle
       v128.and
       v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
       i8x16.eq
       i8x16.bitmask
       i32.const 1
       i32.and
      else
       i32.const 1
      end
      if
       i32.const 0
       return
      end
      local.get $5
      i32.const 1
      i32.sub
      local.set $5
     end
     local.get $2
     local.tee $3
     i32.const 1
     i32.add
     local.set $2
     local.get $3
     i32.load8_u
     local.set $7
     i32.const 4
     local.set $3
     block $__inlined_func$assembly/resume/after$9
      local.get $4
      i32.const 7
      i32.eq
      br_if $__inlined_func$assembly/resume/after$9
      i32.const 7
      i32.const 0
      local.get $7
      i32.const 10
      i32.eq
      select
      local.set $3
      local.get $4
      i32.const 6
      i32.eq
      br_if $__inlined_func$assembly/resume/after$9
      i32.const 5
      i32.const 0
      local.get $7
      i32.const 58
      i32.eq
      select
      local.set $3
      local.get $4
      i32.const 4
      i32.eq
      br_if $__inlined_func$assembly/resume/after$9
      local.get $4
      local.set $3
      local.get $7
      i32.const 9
      i32.eq
      if (result i32)
       local.get $4
       i32.const 3
       i32.eq
       local.get $4
       i32.const 5
       i32.eq
       i32.or
      else
       i32.const 0
      end
      br_if $__inlined_func$assembly/resume/after$9
      i32.const 6
      i32.const 0
      local.get $7
      i32.const 13
      i32.eq
      local.get $3
      i32.const 5
      i32.eq
      i32.and
      select
      local.set $3
     end
     local.get $3
     local.tee $4
     i32.eqz
     if
      i32.const 0
      return
     end
     br $while-continue|0
    end
   end
  end
  i32.const 16476
  local.get $1
  local.get $0
  i32.sub
  local.get $4
  i32.const 29
  i32.shl
  local.get $5
  i32.const 24
  i32.shl
  i32.or
  i32.or
  i32.store
  i32.const 16480
  local.get $4
  i32.const 3
  i32.le_u
  i32.const 0
  local.get $4
  select
  i32.eqz
  i32.store
  i32.const 1
 )
 (func $assembly/fields/fieldSection (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (result i32)
  (local $4 i32)
  (local $5 i32)
  (local $6 i32)
  (local $7 i32)
  (local $8 v128)
  (local $9 i32)
  (local $10 i64)
  (local $11 i32)
  (local $12 i32)
  (local $13 v128)
  (local $14 i64)
  local.get $0
  local.set $5
  block $folding-inner0
   loop $while-continue|0
    local.get $1
    local.get $5
    i32.sub
    i32.const 2
    i32.ge_u
    if (result i32)
     local.get $5
     i32.load16_u
     i32.const 2573
     i32.ne
    else
     i32.const 0
    end
    if
     local.get $1
     local.get $5
     i32.sub
     i32.const 32
     i32.ge_s
     if (result v128)
      local.get $5
      v128.load
      local.set $13
      local.get $5
      v128.load offset=16
     else
      block $__inlined_func$assembly/lanes/at$130 (result v128)
       local.get $1
       local.get $5
       i32.sub
       local.tee $0
       i32.const 16
       i32.ge_s
       if
        local.get $5
        v128.load
        br $__inlined_func$assembly/lanes/at$130
       end
       local.get $1
       i32.const 16
       i32.sub
       v128.load
       v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
       i32.const 16
       local.get $0
       i32.sub
       i8x16.splat
       i8x16.add
       i8x16.swizzle
      end
      local.set $13
      block $__inlined_func$assembly/lanes/at$131 (result v128)
       local.get $1
       local.get $5
       i32.const 16
       i32.add
       local.tee $4
       i32.sub
       local.tee $0
       i32.const 16
       i32.ge_s
       if
        local.get $4
        v128.load
        br $__inlined_func$assembly/lanes/at$131
       end
       local.get $1
       i32.const 16
       i32.sub
       v128.load
       v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
       i32.const 16
       local.get $0
       i32.sub
       i8x16.splat
       i8x16.add
       i8x16.swizzle
      end
     end
     local.set $8
     local.get $13
     v128.const i32x4 0x3a3a3a3a 0x3a3a3a3a 0x3a3a3a3a 0x3a3a3a3a
     i8x16.eq
     i8x16.bitmask
     local.set $4
     local.get $13
     v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
     i8x16.le_u
     local.get $13
     v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
     i8x16.eq
     v128.or
     i8x16.bitmask
     local.get $8
     v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
     i8x16.le_u
     local.get $8
     v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
     i8x16.eq
     v128.or
     i8x16.bitmask
     i32.const 16
     i32.shl
     i32.or
     i64.extend_i32_u
     local.tee $10
     i64.const 0
     i64.ne
     if (result i32)
      local.get $5
      local.get $10
      i64.ctz
      i32.wrap_i64
      i32.add
     else
      local.get $1
      local.get $5
      i32.sub
      i32.const 64
      i32.ge_s
      if (result i32)
       local.get $5
       v128.load offset=32
       local.tee $8
       v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
       i8x16.le_u
       local.get $8
       v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
       i8x16.eq
       v128.or
       i8x16.bitmask
       local.get $5
       v128.load offset=48
       local.tee $8
       v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
       i8x16.le_u
       local.get $8
       v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
       i8x16.eq
       v128.or
       i8x16.bitmask
       i32.const 16
       i32.shl
       i32.or
       i64.extend_i32_u
       local.tee $10
       i64.const 0
       i64.ne
       if (result i32)
        local.get $10
        i64.ctz
        i32.wrap_i64
        local.get $5
        i32.const 32
        i32.add
        i32.add
       else
        local.get $5
        i32.const -64
        i32.sub
        local.get $1
        call $assembly/fields/firstControl
       end
      else
       local.get $5
       i32.const 32
       i32.add
       local.get $1
       call $assembly/fields/firstControl
      end
     end
     local.set $0
     local.get $4
     if
      local.get $5
      local.get $4
      i32.ctz
      i32.add
      local.set $11
     else
      local.get $5
      local.set $4
      block $__inlined_func$assembly/classes/skipToken$9 (result i32)
       loop $while-continue|00
        local.get $1
        local.get $4
        i32.gt_u
        if
         v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
         block $__inlined_func$assembly/lanes/at$18 (result v128)
          local.get $1
          local.get $4
          i32.sub
          local.tee $6
          i32.const 16
          i32.ge_s
          if
           local.get $4
           v128.load
           br $__inlined_func$assembly/lanes/at$18
          end
          local.get $1
          i32.const 16
          i32.sub
          v128.load
          v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
          i32.const 16
          local.get $6
          i32.sub
          i8x16.splat
          i8x16.add
          i8x16.swizzle
         end
         local.tee $8
         v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
         v128.and
         i8x16.swizzle
         v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
         local.get $8
         i32.const 4
         i8x16.shr_u
         i8x16.swizzle
         v128.and
         v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
         i8x16.eq
         i8x16.bitmask
         local.tee $6
         if
          local.get $4
          local.get $6
          i32.ctz
          i32.add
          br $__inlined_func$assembly/classes/skipToken$9
         end
         local.get $4
         i32.const 16
         i32.add
         local.set $4
         br $while-continue|00
        end
       end
       local.get $1
      end
      local.tee $11
      local.get $1
      i32.ge_u
      if (result i32)
       i32.const 1
      else
       local.get $11
       i32.load8_u
       i32.const 58
       i32.ne
      end
      br_if $folding-inner0
     end
     local.get $2
     local.get $12
     i32.eq
     local.get $0
     local.get $11
     i32.le_u
     i32.or
     br_if $folding-inner0
     local.get $11
     local.get $5
     i32.sub
     local.tee $9
     i32.const 16
     i32.ge_u
     local.set $7
     block $__inlined_func$assembly/field-names/fieldNameId$138 (result i32)
      i32.const 0
      local.get $13
      v128.const i32x4 0x20202020 0x20202020 0x20202020 0x20202020
      v128.or
      i32.const 5392
      i32.const 16
      local.get $9
      local.get $7
      select
      i32.sub
      v128.load
      v128.and
      local.tee $8
      i64x2.extract_lane 0
      local.tee $10
      local.get $10
      local.get $8
      i64x2.extract_lane 1
      local.tee $10
      i64.xor
      i64.const 4608763533101321905
      i64.mul
      i64.const 57
      i64.shr_u
      i32.wrap_i64
      local.tee $6
      i32.const 5
      i32.shl
      i32.const 1280
      i32.add
      local.tee $4
      i64.load
      i64.xor
      local.get $10
      local.get $4
      i64.load offset=8
      i64.xor
      i64.or
      i64.const 0
      i64.ne
      br_if $__inlined_func$assembly/field-names/fieldNameId$138
      drop
      local.get $7
      if
       i32.const 0
       local.get $6
       i32.const 1152
       i32.add
       i32.load8_u
       local.get $9
       i32.ne
       br_if $__inlined_func$assembly/field-names/fieldNameId$138
       drop
       i32.const 0
       local.get $5
       local.get $9
       i32.add
       i32.const 16
       i32.sub
       v128.load
       v128.const i32x4 0x20202020 0x20202020 0x20202020 0x20202020
       v128.or
       local.get $4
       local.get $9
       i32.add
       i32.const 16
       i32.sub
       v128.load
       v128.xor
       v128.any_true
       br_if $__inlined_func$assembly/field-names/fieldNameId$138
       drop
      end
      local.get $6
      i32.const 1024
      i32.add
      i32.load8_u
     end
     local.tee $9
     if (result i32)
      i32.const 1
     else
      local.get $5
      local.get $11
      i32.lt_u
      if (result i32)
       local.get $5
       local.set $4
       block $__inlined_func$assembly/classes/skipToken$10 (result i32)
        loop $while-continue|01
         local.get $1
         local.get $4
         i32.gt_u
         if
          v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
          block $__inlined_func$assembly/lanes/at$182 (result v128)
           local.get $1
           local.get $4
           i32.sub
           local.tee $6
           i32.const 16
           i32.ge_s
           if
            local.get $4
            v128.load
            br $__inlined_func$assembly/lanes/at$182
           end
           local.get $1
           i32.const 16
           i32.sub
           v128.load
           v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
           i32.const 16
           local.get $6
           i32.sub
           i8x16.splat
           i8x16.add
           i8x16.swizzle
          end
          local.tee $8
          v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
          v128.and
          i8x16.swizzle
          v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
          local.get $8
          i32.const 4
          i8x16.shr_u
          i8x16.swizzle
          v128.and
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          i8x16.eq
          i8x16.bitmask
          local.tee $6
          if
           local.get $4
           local.get $6
           i32.ctz
           i32.add
           br $__inlined_func$assembly/classes/skipToken$10
          end
          local.get $4
          i32.const 16
          i32.add
          local.set $4
          br $while-continue|01
         end
        end
        local.get $1
       end
       local.get $11
       i32.eq
      else
       i32.const 0
      end
     end
     i32.eqz
     br_if $folding-inner0
     local.get $1
     local.get $0
     i32.sub
     i32.const 2
     i32.lt_s
     if (result i32)
      i32.const 1
     else
      local.get $0
      i32.load16_u
      i32.const 2573
      i32.ne
     end
     if
      local.get $11
      i32.const 1
      i32.add
      local.set $0
      local.get $2
      local.get $12
      i32.sub
      i32.const 1
      i32.sub
      local.set $6
      block $__inlined_func$assembly/fields/valueStop$35 (result i32)
       loop $while-continue|02
        local.get $0
        local.get $1
        i32.lt_u
        if
         block $while-break|0
          block $__inlined_func$assembly/lanes/at$108 (result v128)
           local.get $1
           local.get $0
           i32.sub
           local.tee $4
           i32.const 16
           i32.ge_s
           if
            local.get $0
            v128.load
            br $__inlined_func$assembly/lanes/at$108
           end
           local.get $1
           i32.const 16
           i32.sub
           v128.load
           v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
           i32.const 16
           local.get $4
           i32.sub
           i8x16.splat
           i8x16.add
           i8x16.swizzle
          end
          local.tee $8
          v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
          i8x16.le_u
          local.get $8
          v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
          i8x16.eq
          v128.or
          i8x16.bitmask
          local.tee $4
          i32.eqz
          if
           local.get $0
           i32.const 16
           i32.add
           local.set $0
           br $while-continue|02
          end
          local.get $0
          local.get $4
          i32.ctz
          i32.add
          local.tee $4
          local.get $1
          i32.ge_u
          br_if $while-break|0
          local.get $4
          i32.load8_u
          local.tee $0
          i32.const 13
          i32.eq
          if
           local.get $4
           i32.const 1
           i32.add
           local.get $1
           i32.eq
           if
            i32.const 31
            local.get $6
            local.get $6
            i32.const 31
            i32.ge_s
            select
            local.tee $0
            i32.const 0
            local.get $0
            i32.const 0
            i32.ge_s
            select
            global.set $assembly/outcome/linesLeft
            i32.const 16476
            global.get $assembly/outcome/linesLeft
            i32.const 24
            i32.shl
            i32.const -1073741824
            i32.or
            i32.store
            i32.const 16480
            i32.const 1
            i32.store
            i32.const 16480
            i32.const 1
            i32.store
            i32.const 0
            br $__inlined_func$assembly/fields/valueStop$35
           end
           local.get $4
           i32.const 1
           i32.add
           i32.load8_u
           i32.const 10
           i32.ne
           if (result i32)
            i32.const 16472
            local.get $4
            i32.store
            i32.const -6
           else
            local.get $4
           end
           br $__inlined_func$assembly/fields/valueStop$35
          end
          local.get $0
          i32.const 9
          i32.ne
          if
           i32.const 16472
           local.get $4
           i32.store
           i32.const -7
           i32.const -11
           local.get $0
           i32.const 10
           i32.eq
           select
           br $__inlined_func$assembly/fields/valueStop$35
          end
          local.get $4
          i32.const 1
          i32.add
          local.set $0
          br $while-continue|02
         end
        end
       end
       i32.const 31
       local.get $6
       local.get $6
       i32.const 31
       i32.ge_s
       select
       local.tee $0
       i32.const 0
       local.get $0
       i32.const 0
       i32.ge_s
       select
       global.set $assembly/outcome/linesLeft
       i32.const 16476
       global.get $assembly/outcome/linesLeft
       i32.const 24
       i32.shl
       i32.const -1610612736
       i32.or
       i32.store
       i32.const 16480
       i32.const 1
       i32.store
       i32.const 16480
       i32.const 1
       i32.store
       i32.const 0
      end
      local.tee $0
      i32.const 0
      i32.le_s
      if
       local.get $0
       return
      end
     end
     local.get $0
     local.set $4
     local.get $11
     i32.const 1
     i32.add
     local.tee $6
     i32.load8_u
     i32.const 32
     i32.eq
     if
      local.get $6
      i32.const 1
      i32.add
      local.set $6
     end
     local.get $6
     i32.load8_u
     i32.const 32
     i32.le_u
     if
      loop $while-continue|013
       local.get $0
       local.get $6
       i32.gt_u
       if (result i32)
        local.get $6
        i32.load8_u
        local.tee $7
        i32.const 9
        i32.eq
        local.get $7
        i32.const 32
        i32.eq
        i32.or
       else
        i32.const 0
       end
       if
        local.get $6
        i32.const 1
        i32.add
        local.set $6
        br $while-continue|013
       end
      end
     end
     local.get $0
     i32.const 1
     i32.sub
     i32.load8_u
     i32.const 32
     i32.le_u
     if
      loop $while-continue|03
       local.get $4
       local.get $6
       i32.gt_u
       if (result i32)
        local.get $4
        i32.const 1
        i32.sub
        i32.load8_u
        local.tee $7
        i32.const 9
        i32.eq
        local.get $7
        i32.const 32
        i32.eq
        i32.or
       else
        i32.const 0
       end
       if
        local.get $4
        i32.const 1
        i32.sub
        local.set $4
        br $while-continue|03
       end
      end
     end
     local.get $12
     i32.const 4
     i32.shl
     i32.const 16512
     i32.add
     local.tee $7
     local.get $5
     local.get $9
     i32.const 24
     i32.shl
     i32.or
     i64.extend_i32_u
     local.get $11
     i64.extend_i32_u
     i64.const 32
     i64.shl
     i64.or
     i64.store
     local.get $7
     local.get $6
     i64.extend_i32_u
     local.get $4
     i64.extend_i32_u
     i64.const 32
     i64.shl
     i64.or
     i64.store offset=8
     local.get $14
     i64.const 1
     local.get $9
     i64.extend_i32_u
     i64.shl
     i64.or
     local.set $14
     local.get $3
     i32.const 0
     i32.ne
     local.get $9
     i32.const 1
     i32.sub
     i32.const 6
     i32.lt_u
     i32.and
     if
      local.get $9
      local.get $6
      local.get $4
      local.get $1
      local.get $3
      i32.const 2
      i32.eq
      call $assembly/facts/addFact
     end
     local.get $12
     i32.const 1
     i32.add
     local.set $12
     local.get $0
     i32.const 2
     i32.add
     local.set $5
     br $while-continue|0
    end
   end
   local.get $1
   local.get $5
   i32.sub
   i32.const 2
   i32.lt_u
   if
    block $__inlined_func$assembly/fields/shortEnd$247 (result i32)
     local.get $1
     local.get $5
     i32.ne
     if
      local.get $5
      local.get $1
      local.get $2
      local.get $12
      call $assembly/fields/oddLine
      br $__inlined_func$assembly/fields/shortEnd$247
     end
     i32.const 31
     local.get $2
     local.get $12
     i32.sub
     local.tee $0
     local.get $0
     i32.const 31
     i32.ge_s
     select
     local.tee $0
     i32.const 0
     local.get $0
     i32.const 0
     i32.ge_s
     select
     global.set $assembly/outcome/linesLeft
     i32.const 16476
     global.get $assembly/outcome/linesLeft
     i32.const 24
     i32.shl
     i32.const -536870912
     i32.or
     i32.store
     i32.const 16480
     i32.const 1
     i32.store
     i32.const 16480
     i32.const 1
     i32.store
     i32.const 0
    end
    return
   end
   i32.const 16468
   local.get $12
   i32.store
   local.get $14
   i64.const -2
   i64.and
   global.set $assembly/facts/known
   local.get $5
   i32.const 2
   i32.add
   return
  end
  local.get $5
  local.get $1
  local.get $2
  local.get $12
  call $assembly/fields/oddLine
 )
 (func $assembly/authority/isAuthority (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (result i32)
  (local $5 v128)
  (local $6 i32)
  (local $7 i32)
  local.get $1
  local.get $0
  i32.sub
  local.tee $6
  i32.const 1
  i32.sub
  i32.const 15
  i32.lt_u
  if
   local.get $6
   v128.const i32x4 0x3e3e3f2a 0x3f3f3e3f 0x173d3f3f 0x1c351714
   block $__inlined_func$assembly/lanes/at$45 (result v128)
    local.get $2
    local.get $0
    i32.sub
    local.tee $7
    i32.const 16
    i32.ge_s
    if
     local.get $0
     v128.load
     br $__inlined_func$assembly/lanes/at$45
    end
    local.get $2
    i32.const 16
    i32.sub
    v128.load
    v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
    i32.const 16
    local.get $7
    i32.sub
    i8x16.splat
    i8x16.add
    i8x16.swizzle
   end
   local.tee $5
   v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
   v128.and
   i8x16.swizzle
   v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
   local.get $5
   i32.const 4
   i8x16.shr_u
   i8x16.swizzle
   v128.and
   v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
   i8x16.eq
   i8x16.bitmask
   i32.const 1
   local.get $6
   i32.shl
   local.tee $2
   i32.const 1
   i32.sub
   local.tee $7
   i32.and
   local.get $2
   i32.or
   i32.ctz
   local.tee $2
   i32.eq
   if
    local.get $4
    i32.eqz
    return
   end
   local.get $5
   v128.const i32x4 0x3a3a3a3a 0x3a3a3a3a 0x3a3a3a3a 0x3a3a3a3a
   i8x16.eq
   i8x16.bitmask
   local.get $2
   i32.shr_u
   i32.const 1
   i32.and
   local.get $7
   i32.const 2
   local.get $2
   i32.shl
   i32.const 1
   i32.sub
   i32.const -1
   i32.xor
   i32.and
   local.tee $7
   local.get $5
   v128.const i32x4 0x30303030 0x30303030 0x30303030 0x30303030
   i8x16.sub
   v128.const i32x4 0x09090909 0x09090909 0x09090909 0x09090909
   i8x16.le_u
   i8x16.bitmask
   i32.and
   local.get $7
   i32.eq
   i32.and
   local.get $6
   local.get $2
   i32.sub
   i32.const 6
   i32.le_u
   i32.and
   if
    local.get $4
    i32.eqz
    local.get $7
    i32.const 0
    i32.ne
    i32.or
    i32.const 0
    local.get $2
    local.get $3
    i32.eqz
    i32.or
    select
    return
   end
  end
  block $__inlined_func$assembly/authority/oddAuthority$207 (result i32)
   i32.const 0
   local.get $0
   local.get $0
   local.get $1
   i32.lt_u
   if (result i32)
    local.get $0
    i32.load8_u
    i32.const 91
    i32.eq
   else
    i32.const 0
   end
   if (result i32)
    local.get $0
    i32.const 1
    i32.add
    local.set $2
    loop $while-continue|0
     local.get $1
     local.get $2
     i32.gt_u
     if (result i32)
      local.get $2
      i32.load8_u
      local.tee $6
      i32.const 48
      i32.sub
      i32.const 10
      i32.lt_u
      if (result i32)
       i32.const 1
      else
       local.get $6
       i32.const 32
       i32.or
       local.get $6
       local.get $6
       i32.const 65
       i32.sub
       i32.const 26
       i32.lt_u
       select
       i32.const 97
       i32.sub
       i32.const 6
       i32.lt_u
      end
      if (result i32)
       i32.const 1
      else
       local.get $2
       i32.load8_u
       i32.const 58
       i32.eq
      end
      if (result i32)
       i32.const 1
      else
       local.get $2
       i32.load8_u
       i32.const 46
       i32.eq
      end
     else
      i32.const 0
     end
     if
      local.get $2
      i32.const 1
      i32.add
      local.set $2
      br $while-continue|0
     end
    end
    block $__inlined_func$assembly/authority/literalEnd (result i32)
     i32.const 0
     local.get $1
     local.get $2
     i32.eq
     local.get $2
     local.get $0
     i32.sub
     i32.const 3
     i32.lt_u
     i32.or
     br_if $__inlined_func$assembly/authority/literalEnd
     drop
     local.get $2
     i32.load8_u
     i32.const 37
     i32.eq
     if
      local.get $2
      i32.const 1
      i32.add
      local.tee $2
      local.set $6
      loop $while-continue|1
       local.get $1
       local.get $2
       i32.gt_u
       if (result i32)
        local.get $2
        i32.load8_u
        local.tee $0
        i32.const 45
        i32.eq
        local.set $7
        local.get $0
        i32.const 48
        i32.sub
        i32.const 10
        i32.lt_u
        if (result i32)
         i32.const 1
        else
         local.get $0
         i32.const 32
         i32.or
         local.get $0
         local.get $0
         i32.const 65
         i32.sub
         i32.const 26
         i32.lt_u
         select
         i32.const 97
         i32.sub
         i32.const 26
         i32.lt_u
        end
        local.get $7
        i32.or
        local.get $0
        i32.const 46
        i32.eq
        i32.or
        local.get $0
        i32.const 95
        i32.eq
        i32.or
        local.get $0
        i32.const 126
        i32.eq
        i32.or
       else
        i32.const 0
       end
       if
        local.get $2
        i32.const 1
        i32.add
        local.set $2
        br $while-continue|1
       end
      end
      i32.const 0
      local.get $2
      local.get $6
      i32.eq
      local.get $1
      local.get $2
      i32.eq
      i32.or
      br_if $__inlined_func$assembly/authority/literalEnd
      drop
     end
     local.get $2
     i32.const 1
     i32.add
     i32.const 0
     local.get $2
     i32.load8_u
     i32.const 93
     i32.eq
     select
    end
   else
    local.get $0
    local.set $2
    block $__inlined_func$assembly/authority/nameEnd$1 (result i32)
     loop $while-continue|00
      local.get $1
      local.get $2
      i32.gt_u
      if
       block $while-break|0
        v128.const i32x4 0x3e3e3f2a 0x3f3f3e3f 0x173d3f3f 0x1c351714
        block $__inlined_func$assembly/lanes/at$36 (result v128)
         local.get $1
         local.get $2
         i32.sub
         local.tee $0
         i32.const 16
         i32.ge_s
         if
          local.get $2
          v128.load
          br $__inlined_func$assembly/lanes/at$36
         end
         local.get $1
         i32.const 16
         i32.sub
         v128.load
         v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
         i32.const 16
         local.get $0
         i32.sub
         i8x16.splat
         i8x16.add
         i8x16.swizzle
        end
        local.tee $5
        v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
        v128.and
        i8x16.swizzle
        v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
        local.get $5
        i32.const 4
        i8x16.shr_u
        i8x16.swizzle
        v128.and
        v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
        i8x16.eq
        i8x16.bitmask
        local.tee $0
        i32.eqz
        if
         local.get $2
         i32.const 16
         i32.add
         local.set $2
         br $while-continue|00
        end
        local.get $2
        local.get $0
        i32.ctz
        i32.add
        local.tee $2
        local.get $1
        i32.ge_u
        if (result i32)
         i32.const 1
        else
         local.get $2
         i32.load8_u
         i32.const 37
         i32.ne
        end
        br_if $while-break|0
        i32.const 0
        local.get $1
        local.get $2
        i32.sub
        i32.const 3
        i32.lt_u
        if (result i32)
         i32.const 0
        else
         local.get $2
         i32.const 1
         i32.add
         i32.load8_u
         local.tee $0
         i32.const 48
         i32.sub
         i32.const 10
         i32.lt_u
         if (result i32)
          i32.const 1
         else
          local.get $0
          i32.const 32
          i32.or
          local.get $0
          local.get $0
          i32.const 65
          i32.sub
          i32.const 26
          i32.lt_u
          select
          i32.const 97
          i32.sub
          i32.const 6
          i32.lt_u
         end
        end
        if (result i32)
         local.get $2
         i32.const 2
         i32.add
         i32.load8_u
         local.tee $0
         i32.const 48
         i32.sub
         i32.const 10
         i32.lt_u
         if (result i32)
          i32.const 1
         else
          local.get $0
          i32.const 32
          i32.or
          local.get $0
          local.get $0
          i32.const 65
          i32.sub
          i32.const 26
          i32.lt_u
          select
          i32.const 97
          i32.sub
          i32.const 6
          i32.lt_u
         end
        else
         i32.const 0
        end
        i32.eqz
        br_if $__inlined_func$assembly/authority/nameEnd$1
        drop
        local.get $2
        i32.const 3
        i32.add
        local.set $2
        br $while-continue|00
       end
      end
     end
     local.get $2
     local.get $1
     local.get $1
     local.get $2
     i32.gt_u
     select
    end
   end
   local.tee $0
   i32.eq
   i32.const 0
   local.get $3
   select
   i32.const 1
   local.get $0
   select
   br_if $__inlined_func$assembly/authority/oddAuthority$207
   drop
   local.get $4
   i32.eqz
   local.get $0
   local.get $1
   i32.eq
   br_if $__inlined_func$assembly/authority/oddAuthority$207
   drop
   i32.const 0
   local.get $0
   i32.load8_u
   i32.const 58
   i32.ne
   br_if $__inlined_func$assembly/authority/oddAuthority$207
   drop
   i32.const 0
   local.get $1
   local.get $0
   i32.sub
   i32.const 1
   i32.sub
   local.tee $2
   i32.const 1
   local.get $4
   select
   i32.eqz
   local.get $2
   i32.const 5
   i32.gt_u
   i32.or
   br_if $__inlined_func$assembly/authority/oddAuthority$207
   drop
   local.get $0
   i32.const 1
   i32.add
   local.set $0
   loop $for-loop|0
    local.get $0
    local.get $1
    i32.lt_u
    if
     i32.const 0
     local.get $0
     i32.load8_u
     i32.const 48
     i32.sub
     i32.const 10
     i32.ge_u
     br_if $__inlined_func$assembly/authority/oddAuthority$207
     drop
     local.get $0
     i32.const 1
     i32.add
     local.set $0
     br $for-loop|0
    end
   end
   i32.const 1
  end
 )
 (func $assembly/version/version (param $0 i32) (param $1 i32) (result i32)
  (local $2 i32)
  (local $3 i64)
  (local $4 i32)
  local.get $1
  local.get $0
  i32.sub
  i32.const 8
  i32.ge_u
  if
   local.get $0
   i64.load
   local.tee $3
   i64.const 56
   i64.shr_u
   i32.wrap_i64
   i32.const 48
   i32.sub
   local.tee $4
   i32.const 10
   i32.lt_u
   local.get $3
   i64.const 72057594037927935
   i64.and
   i64.const 13001928209617992
   i64.eq
   i32.and
   if
    i32.const 16424
    local.get $4
    i32.store
    local.get $0
    i32.const 8
    i32.add
    return
   end
  end
  block $__inlined_func$assembly/version/oddVersion$274 (result i32)
   loop $for-loop|0
    local.get $2
    i32.const 8
    i32.lt_u
    if
     local.get $0
     local.get $2
     i32.add
     local.get $1
     i32.eq
     if
      i32.const 16476
      global.get $assembly/outcome/linesLeft
      i32.const 24
      i32.shl
      i32.store
      i32.const 16480
      i32.const 1
      i32.store
      i32.const 16480
      i32.const 0
      i32.store
      i32.const 0
      br $__inlined_func$assembly/version/oddVersion$274
     end
     local.get $0
     local.get $2
     i32.add
     i32.load8_u
     local.set $4
     local.get $2
     i32.const 7
     i32.eq
     local.get $2
     i32.const 5
     i32.eq
     i32.or
     if (result i32)
      local.get $4
      i32.const 48
      i32.sub
      i32.const 10
      i32.lt_u
     else
      local.get $4
      i64.const 13001928209617992
      local.get $2
      i32.const 3
      i32.shl
      i64.extend_i32_u
      i64.shr_u
      i64.const 255
      i64.and
      i32.wrap_i64
      i32.eq
     end
     i32.eqz
     if
      i32.const 16472
      local.get $0
      local.get $2
      i32.add
      i32.store
      i32.const -4
      br $__inlined_func$assembly/version/oddVersion$274
     end
     local.get $2
     i32.const 1
     i32.add
     local.set $2
     br $for-loop|0
    end
   end
   i32.const 16472
   local.get $0
   i32.const 5
   i32.add
   i32.store
   i32.const -5
  end
 )
 (func $assembly/methods/methodId (param $0 i32) (param $1 i32) (result i32)
  (local $2 i32)
  local.get $1
  i32.const 3
  i32.eq
  if
   local.get $0
   i32.load
   i32.const 16777215
   i32.and
   i32.const 5526864
   i32.eq
   if (result i32)
    i32.const 4
   else
    local.get $0
    i32.load
    i32.const 16777215
    i32.and
    i32.const 5522759
    i32.eq
   end
   return
  end
  local.get $1
  i32.const 4
  i32.lt_u
  local.get $1
  i32.const 7
  i32.gt_u
  i32.or
  if
   i32.const 0
   return
  end
  local.get $0
  i32.load
  local.set $2
  local.get $1
  i32.const 4
  i32.eq
  if
   local.get $2
   i32.const 1414745936
   i32.eq
   if (result i32)
    i32.const 3
   else
    i32.const 2
    i32.const 0
    local.get $2
    i32.const 1145128264
    i32.eq
    select
   end
   return
  end
  local.get $0
  local.get $1
  i32.add
  i32.const 4
  i32.sub
  i32.load
  local.set $0
  local.get $1
  i32.const 5
  i32.eq
  if
   local.get $0
   i32.const 1212372033
   i32.eq
   local.get $2
   i32.const 1129595216
   i32.eq
   i32.and
   if
    i32.const 6
    return
   end
   i32.const 9
   i32.const 0
   local.get $0
   i32.const 1162035538
   i32.eq
   local.get $2
   i32.const 1128354388
   i32.eq
   i32.and
   select
   return
  end
  local.get $1
  i32.const 6
  i32.eq
  if
   i32.const 5
   i32.const 0
   local.get $0
   i32.const 1163150668
   i32.eq
   local.get $2
   i32.const 1162626372
   i32.eq
   i32.and
   select
   return
  end
  local.get $0
  i32.const 1397641033
  i32.eq
  local.get $2
  i32.const 1230262351
  i32.eq
  i32.and
  if
   i32.const 7
   return
  end
  i32.const 8
  i32.const 0
  local.get $0
  i32.const 1413694798
  i32.eq
  local.get $2
  i32.const 1313754947
  i32.eq
  i32.and
  select
 )
 (func $assembly/index-of/firstMatch (param $0 i32) (param $1 i32) (param $2 i32) (result i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 i32)
  (local $6 i32)
  (local $7 i32)
  (local $8 i32)
  (local $9 i32)
  loop $while-continue|0
   local.get $1
   if
    local.get $0
    local.get $1
    i32.ctz
    i32.add
    local.set $6
    local.get $2
    i32.const 2
    i32.le_u
    if
     i32.const 0
     local.set $9
    else
     local.get $2
     i32.const 2
     i32.sub
     local.set $4
     i32.const 36865
     local.set $7
     i32.const 0
     local.set $9
     block $~lib/util/memory/memcmp|inlined.0
      local.get $6
      i32.const 1
      i32.add
      local.tee $8
      i32.const 36865
      i32.eq
      br_if $~lib/util/memory/memcmp|inlined.0
      local.get $8
      i32.const 7
      i32.and
      i32.const 1
      i32.eq
      if
       loop $while-continue|1
        local.get $8
        i32.const 7
        i32.and
        if
         i32.const 0
         local.set $9
         local.get $4
         i32.eqz
         br_if $~lib/util/memory/memcmp|inlined.0
         local.get $8
         i32.load8_u
         local.tee $5
         local.get $7
         i32.load8_u
         local.tee $3
         i32.sub
         local.set $9
         local.get $3
         local.get $5
         i32.ne
         br_if $~lib/util/memory/memcmp|inlined.0
         local.get $4
         i32.const 1
         i32.sub
         local.set $4
         local.get $8
         i32.const 1
         i32.add
         local.set $8
         local.get $7
         i32.const 1
         i32.add
         local.set $7
         br $while-continue|1
        end
       end
       loop $while-continue|2
        local.get $4
        i32.const 8
        i32.ge_u
        if
         local.get $8
         i64.load
         local.get $7
         i64.load
         i64.eq
         if
          local.get $8
          i32.const 8
          i32.add
          local.set $8
          local.get $7
          i32.const 8
          i32.add
          local.set $7
          local.get $4
          i32.const 8
          i32.sub
          local.set $4
          br $while-continue|2
         end
        end
       end
      end
      loop $while-continue|3
       local.get $4
       local.tee $3
       i32.const 1
       i32.sub
       local.set $4
       local.get $3
       if
        local.get $8
        i32.load8_u
        local.tee $5
        local.get $7
        i32.load8_u
        local.tee $3
        i32.sub
        local.set $9
        local.get $3
        local.get $5
        i32.ne
        br_if $~lib/util/memory/memcmp|inlined.0
        local.get $8
        i32.const 1
        i32.add
        local.set $8
        local.get $7
        i32.const 1
        i32.add
        local.set $7
        br $while-continue|3
       end
      end
      i32.const 0
      local.set $9
     end
    end
    local.get $9
    i32.eqz
    if
     local.get $6
     return
    end
    local.get $1
    local.get $1
    i32.const 1
    i32.sub
    i32.and
    local.set $1
    br $while-continue|0
   end
  end
  i32.const 0
 )
 (func $assembly/hash/hashBlocks (param $0 i32) (param $1 i32)
  (local $2 i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 i32)
  i32.const 16496
  i32.load
  local.set $2
  i32.const 16500
  i32.load
  local.set $3
  i32.const 16504
  i32.load
  local.set $4
  i32.const 16508
  i32.load
  local.set $5
  loop $for-loop|0
   local.get $0
   local.get $1
   i32.lt_u
   if
    local.get $2
    local.get $0
    i32.load
    i32.const 597399067
    i32.mul
    i32.const 15
    i32.rotl
    i32.const -1425107063
    i32.mul
    i32.xor
    i32.const 19
    i32.rotl
    local.get $3
    i32.add
    i32.const 5
    i32.mul
    i32.const 1444728091
    i32.add
    local.set $2
    local.get $3
    local.get $0
    i32.load offset=4
    i32.const -1425107063
    i32.mul
    i32.const 16
    i32.rotl
    i32.const 951274213
    i32.mul
    i32.xor
    i32.const 17
    i32.rotl
    local.get $4
    i32.add
    i32.const 5
    i32.mul
    i32.const 197830471
    i32.add
    local.set $3
    local.get $4
    local.get $0
    i32.load offset=8
    i32.const 951274213
    i32.mul
    i32.const 17
    i32.rotl
    i32.const -1578923117
    i32.mul
    i32.xor
    i32.const 15
    i32.rotl
    local.get $5
    i32.add
    i32.const 5
    i32.mul
    i32.const 1764942795
    i32.sub
    local.set $4
    local.get $5
    local.get $0
    i32.load offset=12
    i32.const -1578923117
    i32.mul
    i32.const 18
    i32.rotl
    i32.const 597399067
    i32.mul
    i32.xor
    i32.const 13
    i32.rotl
    local.get $2
    i32.add
    i32.const 5
    i32.mul
    i32.const 850148119
    i32.add
    local.set $5
    local.get $0
    i32.const 16
    i32.add
    local.set $0
    br $for-loop|0
   end
  end
  i32.const 16496
  local.get $2
  i32.store
  i32.const 16500
  local.get $3
  i32.store
  i32.const 16504
  local.get $4
  i32.store
  i32.const 16508
  local.get $5
  i32.store
 )
 (func $assembly/fields/oddLine (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (result i32)
  (local $4 i32)
  (local $5 v128)
  (local $6 i32)
  local.get $0
  local.set $4
  block $__inlined_func$assembly/classes/skipToken$4 (result i32)
   loop $while-continue|0
    local.get $1
    local.get $4
    i32.gt_u
    if
     v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
     block $__inlined_func$assembly/lanes/at$18 (result v128)
      local.get $1
      local.get $4
      i32.sub
      local.tee $6
      i32.const 16
      i32.ge_s
      if
       local.get $4
       v128.load
       br $__inlined_func$assembly/lanes/at$18
      end
      local.get $1
      i32.const 16
      i32.sub
      v128.load
      v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
      i32.const 16
      local.get $6
      i32.sub
      i8x16.splat
      i8x16.add
      i8x16.swizzle
     end
     local.tee $5
     v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
     v128.and
     i8x16.swizzle
     v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
     local.get $5
     i32.const 4
     i8x16.shr_u
     i8x16.swizzle
     v128.and
     v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
     i8x16.eq
     i8x16.bitmask
     local.tee $6
     if
      local.get $4
      local.get $6
      i32.ctz
      i32.add
      br $__inlined_func$assembly/classes/skipToken$4
     end
     local.get $4
     i32.const 16
     i32.add
     local.set $4
     br $while-continue|0
    end
   end
   local.get $1
  end
  local.set $4
  i32.const 31
  local.get $2
  local.get $3
  i32.sub
  i32.const 1
  i32.sub
  local.tee $6
  local.get $6
  i32.const 31
  i32.ge_s
  select
  local.tee $6
  i32.const 0
  local.get $6
  i32.const 0
  i32.ge_s
  select
  global.set $assembly/outcome/linesLeft
  local.get $0
  i32.load8_u
  local.tee $6
  i32.const 13
  i32.eq
  if
   local.get $0
   i32.const 1
   i32.add
   local.get $1
   i32.eq
   if (result i32)
    i32.const 16476
    global.get $assembly/outcome/linesLeft
    i32.const 24
    i32.shl
    i32.store
    i32.const 16480
    i32.const 1
    i32.store
    i32.const 16480
    i32.const 1
    i32.store
    i32.const 0
   else
    i32.const 16472
    local.get $0
    i32.store
    i32.const -6
   end
   return
  end
  local.get $2
  local.get $3
  i32.eq
  if
   i32.const 16472
   local.get $0
   i32.store
   i32.const -13
   return
  end
  local.get $6
  i32.const 9
  i32.eq
  local.get $6
  i32.const 32
  i32.eq
  i32.or
  if
   i32.const 16472
   local.get $0
   i32.store
   i32.const -12
   return
  end
  local.get $6
  i32.const 10
  i32.eq
  if
   i32.const 16472
   local.get $0
   i32.store
   i32.const -7
   return
  end
  local.get $1
  local.get $4
  i32.le_u
  if
   i32.const 16476
   global.get $assembly/outcome/linesLeft
   i32.const 24
   i32.shl
   i32.const -2147483648
   i32.or
   i32.store
   i32.const 16480
   i32.const 1
   i32.store
   i32.const 16480
   i32.const 1
   i32.store
   i32.const 0
   return
  end
  local.get $0
  local.get $4
  i32.eq
  if
   i32.const 16472
   local.get $4
   i32.store
   i32.const -8
   return
  end
  local.get $4
  i32.load8_u
  local.tee $0
  i32.const 9
  i32.eq
  local.get $0
  i32.const 32
  i32.eq
  i32.or
  if
   i32.const 16472
   local.get $4
   i32.store
   i32.const -9
   return
  end
  i32.const 16472
  local.get $4
  i32.store
  i32.const -10
  i32.const -8
  local.get $0
  i32.const 10
  i32.eq
  local.get $0
  i32.const 13
  i32.eq
  i32.or
  select
 )
 (func $assembly/fields/firstControl (param $0 i32) (param $1 i32) (result i32)
  (local $2 v128)
  (local $3 i32)
  loop $while-continue|0
   local.get $1
   local.get $0
   i32.sub
   i32.const 32
   i32.ge_s
   if
    local.get $0
    v128.load
    local.tee $2
    v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
    i8x16.le_u
    local.get $2
    v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
    i8x16.eq
    v128.or
    i8x16.bitmask
    local.get $0
    v128.load offset=16
    local.tee $2
    v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
    i8x16.le_u
    local.get $2
    v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
    i8x16.eq
    v128.or
    i8x16.bitmask
    i32.const 16
    i32.shl
    i32.or
    local.tee $3
    if
     local.get $0
     local.get $3
     i32.ctz
     i32.add
     return
    end
    local.get $0
    i32.const 32
    i32.add
    local.set $0
    br $while-continue|0
   end
  end
  loop $while-continue|1
   local.get $1
   local.get $0
   i32.sub
   local.tee $3
   i32.const 0
   i32.gt_s
   if
    block $__inlined_func$assembly/lanes/at$101 (result v128)
     local.get $3
     i32.const 16
     i32.ge_s
     if
      local.get $0
      v128.load
      br $__inlined_func$assembly/lanes/at$101
     end
     local.get $1
     i32.const 16
     i32.sub
     v128.load
     v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
     i32.const 16
     local.get $3
     i32.sub
     i8x16.splat
     i8x16.add
     i8x16.swizzle
    end
    local.tee $2
    v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
    i8x16.le_u
    local.get $2
    v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
    i8x16.eq
    v128.or
    i8x16.bitmask
    local.tee $3
    if
     local.get $0
     local.get $3
     i32.ctz
     i32.add
     return
    end
    local.get $0
    i32.const 16
    i32.add
    local.set $0
    br $while-continue|1
   end
  end
  local.get $1
 )
 (func $assembly/utf8/utf8 (param $0 i32) (param $1 i32) (param $2 i32) (result i32)
  (local $3 i32)
  loop $while-continue|0
   local.get $0
   local.get $1
   i32.lt_u
   if
    local.get $2
    i32.eqz
    if
     loop $while-continue|1
      local.get $1
      local.get $0
      i32.sub
      i32.const 16
      i32.ge_s
      if (result i32)
       local.get $0
       v128.load
       i8x16.bitmask
      else
       i32.const 1
      end
      i32.eqz
      if
       local.get $0
       i32.const 16
       i32.add
       local.set $0
       br $while-continue|1
      end
     end
     loop $while-continue|2
      local.get $0
      local.get $1
      i32.lt_u
      if (result i32)
       local.get $0
       i32.load8_u
       i32.const 128
       i32.lt_u
      else
       i32.const 0
      end
      if
       local.get $0
       i32.const 1
       i32.add
       local.set $0
       br $while-continue|2
      end
     end
     local.get $0
     local.get $1
     i32.eq
     if
      i32.const 0
      return
     end
     local.get $0
     local.tee $2
     i32.const 1
     i32.add
     local.set $0
     block $__inlined_func$assembly/utf8/begin$273 (result i32)
      i32.const -1
      local.get $2
      i32.load8_u
      local.tee $2
      i32.const 194
      i32.lt_u
      local.get $2
      i32.const 244
      i32.gt_u
      i32.or
      br_if $__inlined_func$assembly/utf8/begin$273
      drop
      i32.const 12550145
      local.get $2
      i32.const 224
      i32.lt_u
      br_if $__inlined_func$assembly/utf8/begin$273
      drop
      i32.const 40962
      i32.const 32770
      local.get $2
      i32.const 224
      i32.eq
      select
      i32.const 10420224
      i32.const 12517376
      local.get $2
      i32.const 237
      i32.eq
      select
      i32.or
      local.get $2
      i32.const 240
      i32.lt_u
      br_if $__inlined_func$assembly/utf8/begin$273
      drop
      i32.const 36867
      i32.const 32771
      local.get $2
      i32.const 240
      i32.eq
      select
      i32.const 9371648
      i32.const 12517376
      local.get $2
      i32.const 244
      i32.eq
      select
      i32.or
     end
     local.tee $2
     i32.const -1
     i32.eq
     if
      local.get $2
      return
     end
     br $while-continue|0
    end
    local.get $0
    local.tee $3
    i32.const 1
    i32.add
    local.set $0
    local.get $3
    i32.load8_u
    local.tee $3
    local.get $2
    i32.const 16
    i32.shr_u
    i32.gt_u
    local.get $3
    local.get $2
    i32.const 8
    i32.shr_u
    i32.const 255
    i32.and
    i32.lt_u
    i32.or
    if
     i32.const -1
     return
    end
    local.get $2
    i32.const 255
    i32.and
    i32.const 1
    i32.sub
    local.tee $2
    i32.const 12550144
    i32.or
    i32.const 0
    local.get $2
    select
    local.set $2
    br $while-continue|0
   end
  end
  local.get $2
 )
 (func $assembly/target/requestTarget (param $0 i32) (param $1 i32) (param $2 i32) (result i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 i32)
  (local $6 v128)
  (local $7 i32)
  (local $8 i32)
  (local $9 i64)
  (local $10 i32)
  (local $11 i32)
  (local $12 i32)
  local.get $2
  local.get $1
  i32.sub
  i32.const 2
  i32.ge_u
  if (result i32)
   local.get $1
   i32.load16_u
   i32.const 8239
   i32.eq
  else
   i32.const 0
  end
  if (result i32)
   local.get $0
   i32.load
   i32.const 1313754947
   i32.ne
  else
   i32.const 0
  end
  if
   i32.const 16396
   i32.const 1
   i32.store
   i32.const 16400
   local.get $1
   i64.extend_i32_u
   local.get $1
   i32.const 1
   i32.add
   i64.extend_i32_u
   i64.const 32
   i64.shl
   i64.or
   local.tee $9
   i64.store
   i32.const 16408
   local.get $9
   i64.store
   local.get $1
   i32.const 2
   i32.add
   return
  end
  local.get $1
  local.set $4
  loop $while-continue|0
   local.get $2
   local.get $4
   i32.gt_u
   if
    block $while-break|0
     block $__inlined_func$assembly/lanes/at$82 (result v128)
      local.get $2
      local.get $4
      i32.sub
      local.tee $10
      i32.const 16
      i32.ge_s
      if
       local.get $4
       v128.load
       br $__inlined_func$assembly/lanes/at$82
      end
      local.get $2
      i32.const 16
      i32.sub
      v128.load
      v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
      i32.const 16
      local.get $10
      i32.sub
      i8x16.splat
      i8x16.add
      i8x16.swizzle
     end
     local.tee $6
     v128.const i32x4 0x20202020 0x20202020 0x20202020 0x20202020
     i8x16.le_u
     local.get $6
     v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
     i8x16.eq
     v128.or
     local.get $6
     v128.const i32x4 0x23232323 0x23232323 0x23232323 0x23232323
     i8x16.eq
     v128.or
     i8x16.bitmask
     local.set $10
     local.get $3
     i32.eqz
     local.get $6
     v128.const i32x4 0x3f3f3f3f 0x3f3f3f3f 0x3f3f3f3f 0x3f3f3f3f
     i8x16.eq
     i8x16.bitmask
     local.tee $11
     i32.const 0
     i32.ne
     i32.and
     if
      local.get $4
      local.get $11
      i32.ctz
      i32.add
      local.set $3
     end
     local.get $6
     i8x16.bitmask
     local.set $11
     local.get $4
     local.get $6
     v128.const i32x4 0x25252525 0x25252525 0x25252525 0x25252525
     i8x16.eq
     i8x16.bitmask
     local.tee $12
     i32.ctz
     i32.add
     local.get $7
     local.get $7
     i32.eqz
     local.get $12
     i32.const 0
     i32.ne
     i32.and
     select
     local.set $7
     local.get $10
     if
      local.get $4
      local.get $10
      i32.ctz
      i32.add
      local.set $5
      local.get $8
      local.get $11
      local.get $10
      i32.const 1
      i32.sub
      i32.and
      local.get $10
      i32.const -1
      i32.xor
      i32.and
      i32.or
      local.set $8
      br $while-break|0
     end
     local.get $8
     local.get $11
     i32.or
     local.set $8
     local.get $4
     i32.const 16
     i32.add
     local.set $4
     br $while-continue|0
    end
   end
  end
  local.get $5
  i32.eqz
  local.get $2
  local.get $5
  i32.eq
  i32.or
  if
   i32.const 16476
   global.get $assembly/outcome/linesLeft
   i32.const 24
   i32.shl
   i32.const 1073741824
   i32.or
   i32.store
   i32.const 16480
   i32.const 0
   i32.store
   i32.const 16480
   i32.const 0
   i32.store
   i32.const 0
   return
  end
  local.get $1
  local.get $5
  i32.eq
  if (result i32)
   i32.const 1
  else
   local.get $5
   i32.load8_u
   i32.const 32
   i32.ne
  end
  if
   i32.const 16472
   local.get $5
   i32.store
   i32.const -2
   return
  end
  i32.const 16400
  local.get $1
  i32.store
  i32.const 16404
  local.get $5
  i32.store
  local.get $8
  if
   global.get $assembly/facts/flags
   i32.const 262144
   i32.or
   global.set $assembly/facts/flags
  end
  local.get $5
  local.get $3
  local.get $3
  i32.eqz
  local.get $3
  local.get $5
  i32.gt_u
  i32.or
  select
  local.set $3
  local.get $7
  local.get $5
  local.get $7
  select
  local.set $4
  local.get $1
  i32.load8_u
  i32.const 47
  i32.eq
  if (result i32)
   local.get $0
   i32.load
   i32.const 1313754947
   i32.ne
  else
   i32.const 0
  end
  if
   i32.const 16396
   i32.const 1
   i32.store
   i32.const 16408
   local.get $1
   i32.store
   i32.const 16412
   local.get $3
   i32.store
   local.get $3
   local.get $4
   i32.gt_u
   if
    global.get $assembly/facts/flags
    i32.const 131072
    i32.or
    global.set $assembly/facts/flags
   end
   local.get $5
   i32.const 1
   i32.add
   return
  end
  local.get $0
  local.get $1
  local.get $5
  local.get $2
  local.get $3
  local.get $4
  call $assembly/target/otherForm
  if (result i32)
   local.get $5
   i32.const 1
   i32.add
  else
   i32.const 16472
   local.get $1
   i32.store
   i32.const -3
  end
 )
 (func $assembly/target/otherForm (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (param $5 i32) (result i32)
  (local $6 i32)
  local.get $0
  local.get $1
  i32.const 1
  i32.sub
  local.get $0
  i32.sub
  call $assembly/methods/methodId
  local.tee $0
  i32.const 7
  i32.eq
  local.set $6
  local.get $0
  i32.const 8
  i32.eq
  if
   local.get $1
   local.get $2
   local.get $3
   i32.const 1
   i32.const 1
   call $assembly/authority/isAuthority
   i32.eqz
   if
    i32.const 0
    return
   end
   i32.const 16396
   i32.const 3
   i32.store
   i32.const 16416
   local.get $1
   i32.store
   i32.const 16420
   local.get $2
   i32.store
   i32.const 16408
   local.get $2
   i32.store
   i32.const 16412
   local.get $2
   i32.store
   i32.const 1
   return
  end
  local.get $2
  local.get $1
  i32.const 1
  i32.add
  i32.eq
  local.get $1
  i32.load8_u
  i32.const 42
  i32.eq
  i32.and
  if
   i32.const 16396
   i32.const 4
   i32.store
   i32.const 16408
   local.get $1
   i32.store
   i32.const 16412
   local.get $2
   i32.store
   local.get $6
   return
  end
  i32.const 16396
  local.get $1
  i32.load8_u
  local.tee $0
  i32.const 47
  i32.ne
  if (result i32)
   block $__inlined_func$assembly/target/schemeEnd$208 (result i32)
    i32.const 0
    local.get $2
    local.get $1
    i32.sub
    i32.const 8
    i32.lt_u
    br_if $__inlined_func$assembly/target/schemeEnd$208
    drop
    local.get $0
    i32.const 32
    i32.or
    local.get $0
    local.get $0
    i32.const 65
    i32.sub
    i32.const 26
    i32.lt_u
    select
    i32.const 104
    i32.eq
    local.tee $0
    if
     local.get $1
     i32.const 1
     i32.add
     i32.load8_u
     local.tee $0
     i32.const 32
     i32.or
     local.get $0
     local.get $0
     i32.const 65
     i32.sub
     i32.const 26
     i32.lt_u
     select
     i32.const 116
     i32.eq
     local.set $0
    end
    local.get $0
    if
     local.get $1
     i32.const 2
     i32.add
     i32.load8_u
     local.tee $0
     i32.const 32
     i32.or
     local.get $0
     local.get $0
     i32.const 65
     i32.sub
     i32.const 26
     i32.lt_u
     select
     i32.const 116
     i32.eq
     local.set $0
    end
    i32.const 0
    local.get $0
    if (result i32)
     local.get $1
     i32.const 3
     i32.add
     i32.load8_u
     local.tee $0
     i32.const 32
     i32.or
     local.get $0
     local.get $0
     i32.const 65
     i32.sub
     i32.const 26
     i32.lt_u
     select
     i32.const 112
     i32.eq
    else
     local.get $0
    end
    i32.eqz
    br_if $__inlined_func$assembly/target/schemeEnd$208
    drop
    local.get $1
    i32.const 4
    i32.add
    local.tee $0
    i32.load8_u
    local.set $6
    i32.const 0
    local.get $2
    local.get $1
    i32.const 5
    i32.add
    local.get $0
    local.get $6
    i32.const 32
    i32.or
    local.get $6
    local.get $6
    i32.const 65
    i32.sub
    i32.const 26
    i32.lt_u
    select
    i32.const 115
    i32.eq
    select
    local.tee $0
    i32.const 3
    i32.add
    local.tee $1
    i32.lt_u
    br_if $__inlined_func$assembly/target/schemeEnd$208
    drop
    local.get $1
    i32.const 0
    local.get $0
    i32.load8_u
    i32.const 58
    i32.eq
    if (result i32)
     local.get $0
     i32.const 1
     i32.add
     i32.load8_u
     i32.const 47
     i32.eq
    else
     i32.const 0
    end
    if (result i32)
     local.get $0
     i32.const 2
     i32.add
     i32.load8_u
     i32.const 47
     i32.eq
    else
     i32.const 0
    end
    select
   end
   local.tee $0
   i32.eqz
   if
    i32.const 0
    return
   end
   local.get $0
   local.set $1
   loop $while-continue|0
    local.get $1
    local.get $4
    i32.lt_u
    if (result i32)
     local.get $1
     i32.load8_u
     i32.const 47
     i32.ne
    else
     i32.const 0
    end
    if
     local.get $1
     i32.const 1
     i32.add
     local.set $1
     br $while-continue|0
    end
   end
   local.get $0
   local.get $1
   local.get $3
   i32.const 1
   i32.const 0
   call $assembly/authority/isAuthority
   i32.eqz
   if
    i32.const 0
    return
   end
   i32.const 16416
   local.get $0
   i32.store
   i32.const 16420
   local.get $1
   i32.store
   i32.const 2
  else
   i32.const 1
  end
  i32.store
  i32.const 16408
  local.get $1
  i32.store
  i32.const 16412
  local.get $4
  i32.store
  block $__inlined_func$assembly/target/hasPercent$209 (result i32)
   i32.const 0
   local.get $4
   local.get $5
   i32.le_u
   br_if $__inlined_func$assembly/target/hasPercent$209
   drop
   loop $for-loop|0
    local.get $1
    local.get $4
    i32.lt_u
    if
     i32.const 1
     local.get $1
     i32.load8_u
     i32.const 37
     i32.eq
     br_if $__inlined_func$assembly/target/hasPercent$209
     drop
     local.get $1
     i32.const 1
     i32.add
     local.set $1
     br $for-loop|0
    end
   end
   i32.const 0
  end
  if
   global.get $assembly/facts/flags
   i32.const 131072
   i32.or
   global.set $assembly/facts/flags
  end
  i32.const 1
 )
 (func $assembly/mask/mask (param $0 i32) (param $1 i32) (param $2 i32)
  (local $3 v128)
  local.get $2
  i32x4.splat
  local.set $3
  loop $for-loop|0
   local.get $1
   local.get $0
   i32.sub
   i32.const 64
   i32.ge_s
   if
    local.get $0
    local.get $0
    v128.load
    local.get $3
    v128.xor
    v128.store
    local.get $0
    local.get $0
    v128.load offset=16
    local.get $3
    v128.xor
    v128.store offset=16
    local.get $0
    local.get $0
    v128.load offset=32
    local.get $3
    v128.xor
    v128.store offset=32
    local.get $0
    local.get $0
    v128.load offset=48
    local.get $3
    v128.xor
    v128.store offset=48
    local.get $0
    i32.const -64
    i32.sub
    local.set $0
    br $for-loop|0
   end
  end
  loop $for-loop|1
   local.get $1
   local.get $0
   i32.sub
   i32.const 16
   i32.ge_s
   if
    local.get $0
    local.get $0
    v128.load
    local.get $3
    v128.xor
    v128.store
    local.get $0
    i32.const 16
    i32.add
    local.set $0
    br $for-loop|1
   end
  end
  loop $for-loop|2
   local.get $1
   local.get $0
   i32.sub
   i32.const 4
   i32.ge_s
   if
    local.get $0
    local.get $0
    i32.load
    local.get $2
    i32.xor
    i32.store
    local.get $0
    i32.const 4
    i32.add
    local.set $0
    br $for-loop|2
   end
  end
  loop $for-loop|3
   local.get $0
   local.get $1
   i32.lt_u
   if
    local.get $0
    local.get $0
    i32.load8_u
    local.get $2
    i32.xor
    i32.store8
    local.get $2
    i32.const 8
    i32.shr_u
    local.set $2
    local.get $0
    i32.const 1
    i32.add
    local.set $0
    br $for-loop|3
   end
  end
 )
 (func $assembly/index/parseTrailers (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (result i32)
  i32.const 16492
  i32.const 16492
  i32.load
  i32.const 1
  i32.add
  i32.store
  local.get $2
  if (result i32)
   local.get $0
   local.get $1
   local.get $2
   call $assembly/resume/isStillIncomplete
  else
   i32.const 0
  end
  if
   i32.const 0
   return
  end
  i32.const 0
  global.set $assembly/facts/flags
  i64.const 0
  global.set $assembly/facts/lengthValue
  i64.const 0
  global.set $assembly/facts/known
  i32.const 16416
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16432
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16448
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16464
  i64.const 0
  i64.store
  i32.const 16384
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16400
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  block $__inlined_func$assembly/index/conclude$26
   local.get $0
   local.get $1
   local.get $3
   i32.const 0
   call $assembly/fields/fieldSection
   local.tee $2
   i32.const 0
   i32.gt_s
   if
    global.get $assembly/facts/flags
    i32.const 6
    i32.and
    if
     i64.const 0
     global.set $assembly/facts/lengthValue
    end
    i32.const 16428
    global.get $assembly/facts/flags
    i32.store
    i32.const 16432
    global.get $assembly/facts/lengthValue
    i64.store
    i32.const 16448
    global.get $assembly/facts/known
    i64.store
    local.get $2
    local.get $0
    i32.sub
    local.set $2
    br $__inlined_func$assembly/index/conclude$26
   end
   local.get $2
   i32.eqz
   if
    i32.const 16476
    i32.const 16476
    i32.load
    local.get $1
    local.get $0
    i32.sub
    i32.or
    i32.store
   end
  end
  local.get $2
 )
 (func $assembly/index/parseResponseHead (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (result i32)
  (local $4 i32)
  (local $5 i32)
  (local $6 v128)
  (local $7 i32)
  i32.const 16492
  i32.const 16492
  i32.load
  i32.const 1
  i32.add
  i32.store
  local.get $2
  if (result i32)
   local.get $0
   local.get $1
   local.get $2
   call $assembly/resume/isStillIncomplete
  else
   i32.const 0
  end
  if
   i32.const 0
   return
  end
  i32.const 0
  global.set $assembly/facts/flags
  i64.const 0
  global.set $assembly/facts/lengthValue
  i64.const 0
  global.set $assembly/facts/known
  i32.const 16416
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16432
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16448
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16464
  i64.const 0
  i64.store
  i32.const 16384
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16400
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  block $__inlined_func$assembly/status-line/statusLine$36
   local.get $0
   local.get $1
   call $assembly/version/version
   local.tee $2
   i32.const 0
   i32.le_s
   br_if $__inlined_func$assembly/status-line/statusLine$36
   block $folding-inner0
    local.get $1
    local.get $2
    i32.eq
    br_if $folding-inner0
    local.get $2
    i32.load8_u
    i32.const 32
    i32.ne
    if
     i32.const 16472
     local.get $2
     i32.store
     i32.const -4
     local.set $2
     br $__inlined_func$assembly/status-line/statusLine$36
    end
    i32.const 1
    local.set $4
    loop $for-loop|0
     local.get $4
     i32.const 3
     i32.le_u
     if
      local.get $2
      local.get $4
      i32.add
      local.tee $7
      local.get $1
      i32.eq
      br_if $folding-inner0
      local.get $7
      i32.load8_u
      local.tee $7
      i32.const 48
      i32.sub
      i32.const 10
      i32.lt_u
      if (result i32)
       local.get $7
       i32.const 48
       i32.eq
       local.get $4
       i32.const 1
       i32.eq
       i32.and
      else
       i32.const 1
      end
      if
       i32.const 16472
       local.get $2
       local.get $4
       i32.add
       i32.store
       i32.const -14
       local.set $2
       br $__inlined_func$assembly/status-line/statusLine$36
      end
      local.get $5
      i32.const 10
      i32.mul
      local.get $7
      i32.add
      i32.const 48
      i32.sub
      local.set $5
      local.get $4
      i32.const 1
      i32.add
      local.set $4
      br $for-loop|0
     end
    end
    local.get $2
    i32.const 4
    i32.add
    local.tee $4
    local.get $1
    i32.eq
    br_if $folding-inner0
    local.get $4
    i32.load8_u
    i32.const 32
    i32.ne
    if
     i32.const 16472
     local.get $4
     i32.store
     i32.const -14
     local.set $2
     br $__inlined_func$assembly/status-line/statusLine$36
    end
    i32.const 16456
    local.get $5
    i32.store
    i32.const 16460
    local.get $2
    i32.const 5
    i32.add
    local.tee $2
    i32.store
    block $__inlined_func$assembly/status-line/reason (result i32)
     loop $while-continue|0
      local.get $1
      local.get $2
      i32.le_u
      if
       i32.const 16476
       global.get $assembly/outcome/linesLeft
       i32.const 24
       i32.shl
       i32.const 1610612736
       i32.or
       i32.store
       i32.const 16480
       i32.const 0
       i32.store
       i32.const 16480
       i32.const 0
       i32.store
       i32.const 0
       br $__inlined_func$assembly/status-line/reason
      end
      block $__inlined_func$assembly/lanes/at$155 (result v128)
       local.get $1
       local.get $2
       i32.sub
       local.tee $4
       i32.const 16
       i32.ge_s
       if
        local.get $2
        v128.load
        br $__inlined_func$assembly/lanes/at$155
       end
       local.get $1
       i32.const 16
       i32.sub
       v128.load
       v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
       i32.const 16
       local.get $4
       i32.sub
       i8x16.splat
       i8x16.add
       i8x16.swizzle
      end
      local.tee $6
      v128.const i32x4 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f 0x1f1f1f1f
      i8x16.le_u
      local.get $6
      v128.const i32x4 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f 0x7f7f7f7f
      i8x16.eq
      v128.or
      i8x16.bitmask
      local.tee $4
      i32.eqz
      if
       local.get $2
       i32.const 16
       i32.add
       local.set $2
       br $while-continue|0
      end
      local.get $2
      local.get $4
      i32.ctz
      i32.add
      local.tee $2
      local.get $1
      i32.ge_u
      if
       i32.const 16476
       global.get $assembly/outcome/linesLeft
       i32.const 24
       i32.shl
       i32.const 1610612736
       i32.or
       i32.store
       i32.const 16480
       i32.const 0
       i32.store
       i32.const 16480
       i32.const 0
       i32.store
       i32.const 0
       br $__inlined_func$assembly/status-line/reason
      end
      local.get $2
      i32.load8_u
      local.tee $4
      i32.const 9
      i32.eq
      if
       local.get $2
       i32.const 1
       i32.add
       local.set $2
       br $while-continue|0
      end
     end
     local.get $4
     i32.const 10
     i32.eq
     if
      i32.const 16472
      local.get $2
      i32.store
      i32.const -7
      br $__inlined_func$assembly/status-line/reason
     end
     local.get $4
     i32.const 13
     i32.ne
     if
      i32.const 16472
      local.get $2
      i32.store
      i32.const -15
      br $__inlined_func$assembly/status-line/reason
     end
     i32.const 16464
     local.get $2
     i32.store
     local.get $2
     i32.const 1
     i32.add
     local.get $1
     i32.eq
     if
      i32.const 16476
      global.get $assembly/outcome/linesLeft
      i32.const 24
      i32.shl
      i32.store
      i32.const 16480
      i32.const 1
      i32.store
      i32.const 16480
      i32.const 0
      i32.store
      i32.const 0
      br $__inlined_func$assembly/status-line/reason
     end
     local.get $2
     i32.const 1
     i32.add
     i32.load8_u
     i32.const 10
     i32.eq
     if (result i32)
      local.get $2
      i32.const 2
      i32.add
     else
      i32.const 16472
      local.get $2
      i32.store
      i32.const -6
     end
    end
    local.set $2
    br $__inlined_func$assembly/status-line/statusLine$36
   end
   i32.const 16476
   global.get $assembly/outcome/linesLeft
   i32.const 24
   i32.shl
   i32.store
   i32.const 16480
   i32.const 1
   i32.store
   i32.const 16480
   i32.const 0
   i32.store
   i32.const 0
   local.set $2
  end
  local.get $2
  i32.const 0
  i32.gt_s
  if
   local.get $2
   local.get $1
   local.get $3
   i32.const 1
   call $assembly/fields/fieldSection
   local.set $2
  end
  block $__inlined_func$assembly/index/conclude$24
   local.get $2
   i32.const 0
   i32.gt_s
   if
    global.get $assembly/facts/flags
    i32.const 6
    i32.and
    if
     i64.const 0
     global.set $assembly/facts/lengthValue
    end
    i32.const 16428
    global.get $assembly/facts/flags
    i32.store
    i32.const 16432
    global.get $assembly/facts/lengthValue
    i64.store
    i32.const 16448
    global.get $assembly/facts/known
    i64.store
    local.get $2
    local.get $0
    i32.sub
    local.set $2
    br $__inlined_func$assembly/index/conclude$24
   end
   local.get $2
   i32.eqz
   if
    i32.const 16476
    i32.const 16476
    i32.load
    local.get $1
    local.get $0
    i32.sub
    i32.or
    i32.store
   end
  end
  local.get $2
 )
 (func $assembly/index/parseRequestHead (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (result i32)
  (local $4 i32)
  (local $5 v128)
  (local $6 i32)
  i32.const 16492
  i32.const 16492
  i32.load
  i32.const 1
  i32.add
  i32.store
  local.get $2
  if (result i32)
   local.get $0
   local.get $1
   local.get $2
   call $assembly/resume/isStillIncomplete
  else
   i32.const 0
  end
  if
   i32.const 0
   return
  end
  i32.const 0
  global.set $assembly/facts/flags
  i64.const 0
  global.set $assembly/facts/lengthValue
  i64.const 0
  global.set $assembly/facts/known
  i32.const 16416
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16432
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16448
  v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  v128.store
  i32.const 16464
  i64.const 0
  i64.store
  block $__inlined_func$assembly/request-line/skipEmptyLine$276 (result i32)
   local.get $0
   local.tee $2
   local.get $1
   i32.eq
   if
    i32.const 16476
    global.get $assembly/outcome/linesLeft
    i32.const 24
    i32.shl
    i32.store
    i32.const 16480
    i32.const 1
    i32.store
    i32.const 16480
    i32.const 0
    i32.store
    i32.const 0
    br $__inlined_func$assembly/request-line/skipEmptyLine$276
   end
   local.get $2
   i32.load8_u
   local.tee $0
   i32.const 10
   i32.eq
   if
    i32.const 16472
    local.get $2
    i32.store
    i32.const -7
    br $__inlined_func$assembly/request-line/skipEmptyLine$276
   end
   local.get $2
   local.get $0
   i32.const 13
   i32.ne
   br_if $__inlined_func$assembly/request-line/skipEmptyLine$276
   drop
   local.get $2
   i32.const 1
   i32.add
   local.get $1
   i32.eq
   if
    i32.const 16476
    global.get $assembly/outcome/linesLeft
    i32.const 24
    i32.shl
    i32.store
    i32.const 16480
    i32.const 1
    i32.store
    i32.const 16480
    i32.const 0
    i32.store
    i32.const 0
    br $__inlined_func$assembly/request-line/skipEmptyLine$276
   end
   local.get $2
   i32.const 1
   i32.add
   i32.load8_u
   i32.const 10
   i32.eq
   if (result i32)
    local.get $2
    i32.const 2
    i32.add
   else
    i32.const 16472
    local.get $2
    i32.store
    i32.const -6
   end
  end
  local.tee $0
  local.set $4
  block $__inlined_func$assembly/request-line/requestLine$151
   local.get $0
   i32.const 0
   i32.le_s
   br_if $__inlined_func$assembly/request-line/requestLine$151
   i32.const 16388
   local.get $0
   i32.store
   block $__inlined_func$assembly/request-line/method$277 (result i32)
    local.get $1
    local.get $0
    i32.sub
    i32.const 4
    i32.ge_u
    if (result i32)
     local.get $0
     i32.load
     i32.const 542393671
     i32.eq
    else
     i32.const 0
    end
    if
     i32.const 16384
     i32.const 1
     i32.store
     i32.const 16392
     local.get $4
     i32.const 3
     i32.add
     i32.store
     local.get $4
     i32.const 4
     i32.add
     br $__inlined_func$assembly/request-line/method$277
    end
    block $__inlined_func$assembly/classes/skipToken$14 (result i32)
     loop $while-continue|0
      local.get $0
      local.get $1
      i32.lt_u
      if
       v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
       block $__inlined_func$assembly/lanes/at$18 (result v128)
        local.get $1
        local.get $0
        i32.sub
        local.tee $6
        i32.const 16
        i32.ge_s
        if
         local.get $0
         v128.load
         br $__inlined_func$assembly/lanes/at$18
        end
        local.get $1
        i32.const 16
        i32.sub
        v128.load
        v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
        i32.const 16
        local.get $6
        i32.sub
        i8x16.splat
        i8x16.add
        i8x16.swizzle
       end
       local.tee $5
       v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
       v128.and
       i8x16.swizzle
       v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
       local.get $5
       i32.const 4
       i8x16.shr_u
       i8x16.swizzle
       v128.and
       v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
       i8x16.eq
       i8x16.bitmask
       local.tee $6
       if
        local.get $0
        local.get $6
        i32.ctz
        i32.add
        br $__inlined_func$assembly/classes/skipToken$14
       end
       local.get $0
       i32.const 16
       i32.add
       local.set $0
       br $while-continue|0
      end
     end
     local.get $1
    end
    local.tee $0
    local.get $1
    i32.eq
    if
     i32.const 16476
     local.get $0
     local.get $4
     i32.gt_u
     local.tee $0
     i32.const 29
     i32.shl
     global.get $assembly/outcome/linesLeft
     i32.const 24
     i32.shl
     i32.or
     i32.store
     i32.const 16480
     local.get $0
     i32.eqz
     i32.store
     i32.const 16480
     i32.const 0
     i32.store
     i32.const 0
     br $__inlined_func$assembly/request-line/method$277
    end
    local.get $0
    local.get $4
    i32.eq
    if (result i32)
     i32.const 1
    else
     local.get $0
     i32.load8_u
     i32.const 32
     i32.ne
    end
    if
     i32.const 16472
     local.get $0
     i32.store
     i32.const -1
     br $__inlined_func$assembly/request-line/method$277
    end
    i32.const 16384
    local.get $4
    local.get $0
    local.get $4
    i32.sub
    call $assembly/methods/methodId
    i32.store
    i32.const 16392
    local.get $0
    i32.store
    local.get $0
    i32.const 1
    i32.add
   end
   local.tee $0
   i32.const 0
   i32.le_s
   br_if $__inlined_func$assembly/request-line/requestLine$151
   local.get $4
   local.get $0
   local.get $1
   call $assembly/target/requestTarget
   local.tee $0
   i32.const 0
   i32.le_s
   br_if $__inlined_func$assembly/request-line/requestLine$151
   local.get $0
   local.get $1
   call $assembly/version/version
   local.tee $4
   i32.const 0
   i32.le_s
   if
    local.get $4
    local.set $0
   else
    local.get $4
    i32.const 2
    i32.add
    local.set $0
    block $__inlined_func$assembly/request-line/lineEnd$278
     local.get $1
     local.get $4
     i32.sub
     i32.const 2
     i32.ge_u
     if (result i32)
      local.get $4
      i32.load16_u
      i32.const 2573
      i32.eq
     else
      i32.const 0
     end
     br_if $__inlined_func$assembly/request-line/lineEnd$278
     local.get $1
     local.get $4
     i32.eq
     if
      i32.const 16476
      global.get $assembly/outcome/linesLeft
      i32.const 24
      i32.shl
      i32.store
      i32.const 16480
      i32.const 1
      i32.store
      i32.const 16480
      i32.const 0
      i32.store
      i32.const 0
      local.set $0
      br $__inlined_func$assembly/request-line/lineEnd$278
     end
     local.get $4
     i32.load8_u
     local.tee $0
     i32.const 10
     i32.eq
     if
      i32.const 16472
      local.get $4
      i32.store
      i32.const -7
      local.set $0
      br $__inlined_func$assembly/request-line/lineEnd$278
     end
     local.get $0
     i32.const 13
     i32.ne
     if
      i32.const 16472
      local.get $4
      i32.store
      i32.const -4
      local.set $0
      br $__inlined_func$assembly/request-line/lineEnd$278
     end
     local.get $4
     i32.const 1
     i32.add
     local.get $1
     i32.eq
     if (result i32)
      i32.const 16476
      global.get $assembly/outcome/linesLeft
      i32.const 24
      i32.shl
      i32.store
      i32.const 16480
      i32.const 1
      i32.store
      i32.const 16480
      i32.const 0
      i32.store
      i32.const 0
     else
      i32.const 16472
      local.get $4
      i32.store
      i32.const -6
     end
     local.set $0
    end
   end
  end
  local.get $0
  i32.const 0
  i32.gt_s
  if
   local.get $0
   local.get $1
   local.get $3
   i32.const 2
   call $assembly/fields/fieldSection
   local.set $0
  end
  block $__inlined_func$assembly/index/conclude$18
   local.get $0
   i32.const 0
   i32.gt_s
   if
    global.get $assembly/facts/flags
    i32.const 6
    i32.and
    if
     i64.const 0
     global.set $assembly/facts/lengthValue
    end
    i32.const 16428
    global.get $assembly/facts/flags
    i32.store
    i32.const 16432
    global.get $assembly/facts/lengthValue
    i64.store
    i32.const 16448
    global.get $assembly/facts/known
    i64.store
    local.get $0
    local.get $2
    i32.sub
    local.set $0
    br $__inlined_func$assembly/index/conclude$18
   end
   local.get $0
   i32.eqz
   if
    i32.const 16476
    i32.const 16476
    i32.load
    local.get $1
    local.get $2
    i32.sub
    i32.or
    i32.store
   end
  end
  local.get $0
 )
 (func $assembly/index/parseChunkSize (param $0 i32) (param $1 i32) (result i32)
  i32.const 16492
  i32.const 16492
  i32.load
  i32.const 1
  i32.add
  i32.store
  local.get $0
  local.get $1
  call $assembly/chunk/chunkLine
  local.tee $1
  local.get $0
  i32.sub
  local.get $1
  local.get $1
  i32.const 0
  i32.gt_s
  select
 )
 (func $assembly/index-of/indexOf (param $0 i32) (param $1 i32) (param $2 i32) (result i32)
  (local $3 v128)
  (local $4 v128)
  (local $5 i32)
  (local $6 v128)
  (local $7 v128)
  (local $8 i32)
  (local $9 i32)
  local.get $1
  local.get $0
  i32.sub
  local.get $2
  i32.lt_u
  local.get $0
  local.get $1
  i32.gt_u
  i32.or
  if
   i32.const -1
   return
  end
  i32.const 36864
  i32.load8_s
  i8x16.splat
  local.set $3
  local.get $2
  i32.const 36863
  i32.add
  i32.load8_s
  i8x16.splat
  local.set $4
  local.get $1
  local.get $2
  i32.sub
  i32.const 1
  i32.add
  local.set $5
  loop $while-continue|0
   local.get $1
   local.get $0
   i32.sub
   local.get $2
   i32.sub
   i32.const 31
   i32.ge_s
   if
    local.get $0
    v128.load
    local.get $3
    i8x16.eq
    local.get $0
    local.get $2
    i32.add
    i32.const 1
    i32.sub
    local.tee $8
    v128.load
    local.get $4
    i8x16.eq
    v128.and
    local.tee $6
    local.get $0
    v128.load offset=16
    local.get $3
    i8x16.eq
    local.get $8
    v128.load offset=16
    local.get $4
    i8x16.eq
    v128.and
    local.tee $7
    v128.or
    v128.any_true
    if
     local.get $0
     local.get $6
     i8x16.bitmask
     local.get $7
     i8x16.bitmask
     i32.const 16
     i32.shl
     i32.or
     local.get $2
     call $assembly/index-of/firstMatch
     local.tee $8
     if
      local.get $8
      return
     end
    end
    local.get $0
    i32.const 32
    i32.add
    local.set $0
    br $while-continue|0
   end
  end
  loop $for-loop|1
   local.get $0
   local.get $5
   i32.lt_u
   if
    local.get $0
    i32.const 65535
    i32.const 1
    local.get $5
    local.get $0
    i32.sub
    local.tee $8
    i32.shl
    i32.const 1
    i32.sub
    local.get $8
    i32.const 16
    i32.ge_u
    select
    block $__inlined_func$assembly/lanes/at$191 (result v128)
     local.get $1
     local.get $0
     i32.sub
     local.tee $8
     i32.const 16
     i32.ge_s
     if
      local.get $0
      v128.load
      br $__inlined_func$assembly/lanes/at$191
     end
     local.get $1
     i32.const 16
     i32.sub
     v128.load
     v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
     i32.const 16
     local.get $8
     i32.sub
     i8x16.splat
     i8x16.add
     i8x16.swizzle
    end
    local.get $3
    i8x16.eq
    block $__inlined_func$assembly/lanes/at$192 (result v128)
     local.get $1
     local.get $0
     local.get $2
     i32.add
     i32.const 1
     i32.sub
     local.tee $8
     i32.sub
     local.tee $9
     i32.const 16
     i32.ge_s
     if
      local.get $8
      v128.load
      br $__inlined_func$assembly/lanes/at$192
     end
     local.get $1
     i32.const 16
     i32.sub
     v128.load
     v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
     i32.const 16
     local.get $9
     i32.sub
     i8x16.splat
     i8x16.add
     i8x16.swizzle
    end
    local.get $4
    i8x16.eq
    v128.and
    i8x16.bitmask
    i32.and
    local.get $2
    call $assembly/index-of/firstMatch
    local.tee $8
    if
     local.get $8
     return
    end
    local.get $0
    i32.const 16
    i32.add
    local.set $0
    br $for-loop|1
   end
  end
  i32.const -1
 )
 (func $assembly/hash/hashFinish (param $0 i32) (param $1 i32) (param $2 i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 i32)
  (local $6 i32)
  (local $7 i32)
  (local $8 i32)
  (local $9 i32)
  (local $10 i32)
  local.get $0
  local.get $0
  local.get $1
  local.get $0
  i32.sub
  i32.const -16
  i32.and
  i32.add
  local.tee $4
  call $assembly/hash/hashBlocks
  local.get $4
  i32.const 12
  i32.add
  local.set $0
  loop $for-loop|0
   local.get $0
   local.get $1
   i32.lt_u
   local.get $7
   i32.const 32
   i32.lt_u
   i32.and
   if
    local.get $0
    local.tee $3
    i32.const 1
    i32.add
    local.set $0
    local.get $5
    local.get $3
    i32.load8_u
    local.get $7
    i32.shl
    i32.or
    local.set $5
    local.get $7
    i32.const 8
    i32.add
    local.set $7
    br $for-loop|0
   end
  end
  i32.const 16508
  i32.load
  local.get $5
  i32.const -1578923117
  i32.mul
  i32.const 18
  i32.rotl
  i32.const 597399067
  i32.mul
  i32.xor
  local.get $2
  i32.xor
  local.set $7
  local.get $4
  i32.const 8
  i32.add
  local.set $0
  i32.const 0
  local.set $5
  loop $for-loop|00
   local.get $0
   local.get $1
   i32.lt_u
   local.get $5
   i32.const 32
   i32.lt_u
   i32.and
   if
    local.get $0
    local.tee $3
    i32.const 1
    i32.add
    local.set $0
    local.get $6
    local.get $3
    i32.load8_u
    local.get $5
    i32.shl
    i32.or
    local.set $6
    local.get $5
    i32.const 8
    i32.add
    local.set $5
    br $for-loop|00
   end
  end
  i32.const 16504
  i32.load
  local.get $6
  i32.const 951274213
  i32.mul
  i32.const 17
  i32.rotl
  i32.const -1578923117
  i32.mul
  i32.xor
  local.get $2
  i32.xor
  local.set $10
  local.get $4
  i32.const 4
  i32.add
  local.set $0
  i32.const 0
  local.set $6
  loop $for-loop|01
   local.get $0
   local.get $1
   i32.lt_u
   local.get $6
   i32.const 32
   i32.lt_u
   i32.and
   if
    local.get $0
    local.tee $3
    i32.const 1
    i32.add
    local.set $0
    local.get $9
    local.get $3
    i32.load8_u
    local.get $6
    i32.shl
    i32.or
    local.set $9
    local.get $6
    i32.const 8
    i32.add
    local.set $6
    br $for-loop|01
   end
  end
  local.get $4
  local.set $0
  local.get $1
  local.set $3
  i32.const 0
  local.set $5
  loop $for-loop|02
   local.get $0
   local.get $3
   i32.lt_u
   local.get $8
   i32.const 32
   i32.lt_u
   i32.and
   if
    local.get $0
    local.tee $1
    i32.const 1
    i32.add
    local.set $0
    local.get $5
    local.get $1
    i32.load8_u
    local.get $8
    i32.shl
    i32.or
    local.set $5
    local.get $8
    i32.const 8
    i32.add
    local.set $8
    br $for-loop|02
   end
  end
  i32.const 16500
  i32.load
  local.get $9
  i32.const -1425107063
  i32.mul
  i32.const 16
  i32.rotl
  i32.const 951274213
  i32.mul
  i32.xor
  local.get $2
  i32.xor
  local.tee $0
  local.get $10
  i32.add
  local.get $7
  i32.add
  local.get $2
  i32.const 16496
  i32.load
  local.get $5
  i32.const 597399067
  i32.mul
  i32.const 15
  i32.rotl
  i32.const -1425107063
  i32.mul
  i32.xor
  i32.xor
  i32.add
  local.tee $1
  local.get $0
  i32.add
  local.set $0
  i32.const 16496
  local.get $1
  local.get $7
  i32.add
  local.tee $2
  local.get $2
  i32.const 16
  i32.shr_u
  i32.xor
  i32.const -2048144789
  i32.mul
  local.tee $2
  local.get $2
  i32.const 13
  i32.shr_u
  i32.xor
  i32.const -1028477387
  i32.mul
  local.tee $2
  local.get $2
  i32.const 16
  i32.shr_u
  i32.xor
  local.tee $2
  local.get $1
  local.get $10
  i32.add
  local.tee $3
  local.get $3
  i32.const 16
  i32.shr_u
  i32.xor
  i32.const -2048144789
  i32.mul
  local.tee $3
  local.get $3
  i32.const 13
  i32.shr_u
  i32.xor
  i32.const -1028477387
  i32.mul
  local.tee $3
  local.get $3
  i32.const 16
  i32.shr_u
  i32.xor
  local.tee $3
  local.get $0
  local.get $0
  i32.const 16
  i32.shr_u
  i32.xor
  i32.const -2048144789
  i32.mul
  local.tee $0
  local.get $0
  i32.const 13
  i32.shr_u
  i32.xor
  i32.const -1028477387
  i32.mul
  local.tee $0
  local.get $0
  i32.const 16
  i32.shr_u
  i32.xor
  local.tee $0
  i32.add
  i32.add
  local.get $1
  local.get $1
  i32.const 16
  i32.shr_u
  i32.xor
  i32.const -2048144789
  i32.mul
  local.tee $1
  local.get $1
  i32.const 13
  i32.shr_u
  i32.xor
  i32.const -1028477387
  i32.mul
  local.tee $1
  local.get $1
  i32.const 16
  i32.shr_u
  i32.xor
  i32.add
  local.tee $1
  i32.store
  i32.const 16500
  local.get $0
  local.get $1
  i32.add
  i32.store
  i32.const 16504
  local.get $1
  local.get $3
  i32.add
  i32.store
  i32.const 16508
  local.get $1
  local.get $2
  i32.add
  i32.store
 )
 (func $assembly/facts/expectations (param $0 i32) (param $1 i32)
  (local $2 i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 i32)
  loop $while-continue|0
   local.get $0
   local.set $2
   loop $while-continue|01
    local.get $1
    local.get $2
    i32.gt_u
    if (result i32)
     local.get $2
     i32.load8_u
     i32.const 44
     i32.ne
    else
     i32.const 0
    end
    if
     local.get $2
     i32.const 1
     i32.add
     local.set $2
     br $while-continue|01
    end
   end
   local.get $2
   local.set $3
   loop $while-continue|03
    local.get $0
    local.get $3
    i32.lt_u
    if (result i32)
     local.get $0
     i32.load8_u
     local.tee $2
     i32.const 9
     i32.eq
     local.get $2
     i32.const 32
     i32.eq
     i32.or
    else
     i32.const 0
    end
    if
     local.get $0
     i32.const 1
     i32.add
     local.set $0
     br $while-continue|03
    end
   end
   local.get $0
   local.get $3
   i32.lt_u
   if
    local.get $3
    local.set $2
    loop $while-continue|05
     local.get $0
     local.get $2
     i32.lt_u
     if (result i32)
      local.get $2
      i32.const 1
      i32.sub
      i32.load8_u
      local.tee $4
      i32.const 9
      i32.eq
      local.get $4
      i32.const 32
      i32.eq
      i32.or
     else
      i32.const 0
     end
     if
      local.get $2
      i32.const 1
      i32.sub
      local.set $2
      br $while-continue|05
     end
    end
    local.get $2
    local.tee $4
    local.get $0
    i32.sub
    i32.const 12
    i32.eq
    local.tee $2
    if
     block $__inlined_func$assembly/facts/isWord$238 (result i32)
      i32.const 0
      local.get $0
      i32.const 8
      i32.add
      local.get $0
      i32.sub
      i32.const 8
      i32.ne
      br_if $__inlined_func$assembly/facts/isWord$238
      drop
      i32.const 0
      local.set $2
      loop $for-loop|0
       local.get $2
       i32.const 8
       i32.lt_u
       if
        i32.const 0
        i64.const 8389765627588390961
        local.get $2
        i64.extend_i32_u
        i64.const 3
        i64.shl
        i64.shr_u
        i64.const 255
        i64.and
        i32.wrap_i64
        local.get $0
        local.get $2
        i32.add
        i32.load8_u
        local.tee $5
        i32.const 32
        i32.or
        local.get $5
        local.get $5
        i32.const 65
        i32.sub
        i32.const 26
        i32.lt_u
        select
        i32.ne
        br_if $__inlined_func$assembly/facts/isWord$238
        drop
        local.get $2
        i32.const 1
        i32.add
        local.set $2
        br $for-loop|0
       end
      end
      i32.const 1
     end
     local.set $2
    end
    global.get $assembly/facts/flags
    i32.const 16384
    i32.const 32768
    i32.const 0
    local.get $2
    if (result i32)
     block $__inlined_func$assembly/facts/isWord$239 (result i32)
      i32.const 0
      local.get $4
      local.get $0
      i32.const 8
      i32.add
      local.tee $2
      i32.sub
      i32.const 4
      i32.ne
      br_if $__inlined_func$assembly/facts/isWord$239
      drop
      i32.const 0
      local.set $0
      loop $for-loop|06
       local.get $0
       i32.const 4
       i32.lt_u
       if
        i32.const 0
        i64.const 1702194793
        local.get $0
        i64.extend_i32_u
        i64.const 3
        i64.shl
        i64.shr_u
        i64.const 255
        i64.and
        i32.wrap_i64
        local.get $0
        local.get $2
        i32.add
        i32.load8_u
        local.tee $4
        i32.const 32
        i32.or
        local.get $4
        local.get $4
        i32.const 65
        i32.sub
        i32.const 26
        i32.lt_u
        select
        i32.ne
        br_if $__inlined_func$assembly/facts/isWord$239
        drop
        local.get $0
        i32.const 1
        i32.add
        local.set $0
        br $for-loop|06
       end
      end
      i32.const 1
     end
    else
     local.get $2
    end
    global.get $assembly/facts/flags
    i32.const 49152
    i32.and
    select
    select
    i32.or
    global.set $assembly/facts/flags
   end
   local.get $1
   local.get $3
   i32.ne
   if
    local.get $3
    i32.const 1
    i32.add
    local.set $0
    br $while-continue|0
   end
  end
 )
 (func $assembly/facts/connection (param $0 i32) (param $1 i32) (param $2 i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 v128)
  (local $6 i32)
  local.get $1
  local.get $0
  i32.sub
  i32.const 10
  i32.eq
  block $__inlined_func$assembly/lanes/at$123 (result v128)
   local.get $2
   local.get $0
   i32.sub
   local.tee $3
   i32.const 16
   i32.ge_s
   if
    local.get $0
    v128.load
    br $__inlined_func$assembly/lanes/at$123
   end
   local.get $2
   i32.const 16
   i32.sub
   v128.load
   v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
   i32.const 16
   local.get $3
   i32.sub
   i8x16.splat
   i8x16.add
   i8x16.swizzle
  end
  v128.const i32x4 0x20202020 0x20202020 0x20202020 0x20202020
  v128.or
  local.tee $5
  i64x2.extract_lane 0
  i64.const 7596553519254300011
  i64.eq
  i32.and
  if (result i32)
   local.get $5
   i64x2.extract_lane 1
   i64.const 65535
   i64.and
   i64.const 25974
   i64.eq
  else
   i32.const 0
  end
  if
   global.get $assembly/facts/flags
   i32.const 512
   i32.or
   global.set $assembly/facts/flags
   return
  end
  loop $while-continue|0
   local.get $0
   local.set $2
   loop $while-continue|01
    local.get $1
    local.get $2
    i32.gt_u
    if (result i32)
     local.get $2
     i32.load8_u
     i32.const 44
     i32.ne
    else
     i32.const 0
    end
    if
     local.get $2
     i32.const 1
     i32.add
     local.set $2
     br $while-continue|01
    end
   end
   local.get $2
   local.set $3
   loop $while-continue|03
    local.get $0
    local.get $3
    i32.lt_u
    if (result i32)
     local.get $0
     i32.load8_u
     local.tee $2
     i32.const 9
     i32.eq
     local.get $2
     i32.const 32
     i32.eq
     i32.or
    else
     i32.const 0
    end
    if
     local.get $0
     i32.const 1
     i32.add
     local.set $0
     br $while-continue|03
    end
   end
   local.get $3
   local.set $2
   loop $while-continue|05
    local.get $0
    local.get $2
    i32.lt_u
    if (result i32)
     local.get $2
     i32.const 1
     i32.sub
     i32.load8_u
     local.tee $4
     i32.const 9
     i32.eq
     local.get $4
     i32.const 32
     i32.eq
     i32.or
    else
     i32.const 0
    end
    if
     local.get $2
     i32.const 1
     i32.sub
     local.set $2
     br $while-continue|05
    end
   end
   local.get $2
   local.get $0
   i32.sub
   local.tee $4
   i32.const 5
   i32.eq
   if
    block $__inlined_func$assembly/facts/isWord$229 (result i32)
     i32.const 0
     local.get $4
     i32.const 5
     i32.ne
     br_if $__inlined_func$assembly/facts/isWord$229
     drop
     i32.const 0
     local.set $2
     loop $for-loop|0
      local.get $2
      i32.const 5
      i32.lt_u
      if
       i32.const 0
       i64.const 435728378979
       local.get $2
       i64.extend_i32_u
       i64.const 3
       i64.shl
       i64.shr_u
       i64.const 255
       i64.and
       i32.wrap_i64
       local.get $0
       local.get $2
       i32.add
       i32.load8_u
       local.tee $4
       i32.const 32
       i32.or
       local.get $4
       local.get $4
       i32.const 65
       i32.sub
       i32.const 26
       i32.lt_u
       select
       i32.ne
       br_if $__inlined_func$assembly/facts/isWord$229
       drop
       local.get $2
       i32.const 1
       i32.add
       local.set $2
       br $for-loop|0
      end
     end
     i32.const 1
    end
    if
     global.get $assembly/facts/flags
     i32.const 256
     i32.or
     global.set $assembly/facts/flags
    end
   else
    local.get $4
    i32.const 7
    i32.eq
    if
     block $__inlined_func$assembly/facts/isWord$230 (result i32)
      i32.const 0
      local.get $2
      local.get $0
      i32.sub
      i32.const 7
      i32.ne
      br_if $__inlined_func$assembly/facts/isWord$230
      drop
      i32.const 0
      local.set $2
      loop $for-loop|06
       local.get $2
       i32.const 7
       i32.lt_u
       if
        i32.const 0
        i64.const 28539342341763189
        local.get $2
        i64.extend_i32_u
        i64.const 3
        i64.shl
        i64.shr_u
        i64.const 255
        i64.and
        i32.wrap_i64
        local.get $0
        local.get $2
        i32.add
        i32.load8_u
        local.tee $4
        i32.const 32
        i32.or
        local.get $4
        local.get $4
        i32.const 65
        i32.sub
        i32.const 26
        i32.lt_u
        select
        i32.ne
        br_if $__inlined_func$assembly/facts/isWord$230
        drop
        local.get $2
        i32.const 1
        i32.add
        local.set $2
        br $for-loop|06
       end
      end
      i32.const 1
     end
     if
      global.get $assembly/facts/flags
      i32.const 1024
      i32.or
      global.set $assembly/facts/flags
     end
    else
     local.get $4
     i32.const 10
     i32.eq
     if
      local.get $2
      local.set $4
      block $__inlined_func$assembly/facts/isWord$231 (result i32)
       i32.const 0
       local.get $0
       i32.const 8
       i32.add
       local.get $0
       i32.sub
       i32.const 8
       i32.ne
       br_if $__inlined_func$assembly/facts/isWord$231
       drop
       i32.const 0
       local.set $2
       loop $for-loop|09
        local.get $2
        i32.const 8
        i32.lt_u
        if
         i32.const 0
         i64.const 7596553519254300011
         local.get $2
         i64.extend_i32_u
         i64.const 3
         i64.shl
         i64.shr_u
         i64.const 255
         i64.and
         i32.wrap_i64
         local.get $0
         local.get $2
         i32.add
         i32.load8_u
         local.tee $6
         i32.const 32
         i32.or
         local.get $6
         local.get $6
         i32.const 65
         i32.sub
         i32.const 26
         i32.lt_u
         select
         i32.ne
         br_if $__inlined_func$assembly/facts/isWord$231
         drop
         local.get $2
         i32.const 1
         i32.add
         local.set $2
         br $for-loop|09
        end
       end
       i32.const 1
      end
      if (result i32)
       block $__inlined_func$assembly/facts/isWord$232 (result i32)
        i32.const 0
        local.get $4
        local.get $0
        i32.const 8
        i32.add
        local.tee $2
        i32.sub
        i32.const 2
        i32.ne
        br_if $__inlined_func$assembly/facts/isWord$232
        drop
        i32.const 0
        local.set $0
        loop $for-loop|012
         local.get $0
         i32.const 2
         i32.lt_u
         if
          i32.const 0
          i64.const 25974
          local.get $0
          i64.extend_i32_u
          i64.const 3
          i64.shl
          i64.shr_u
          i64.const 255
          i64.and
          i32.wrap_i64
          local.get $0
          local.get $2
          i32.add
          i32.load8_u
          local.tee $4
          i32.const 32
          i32.or
          local.get $4
          local.get $4
          i32.const 65
          i32.sub
          i32.const 26
          i32.lt_u
          select
          i32.ne
          br_if $__inlined_func$assembly/facts/isWord$232
          drop
          local.get $0
          i32.const 1
          i32.add
          local.set $0
          br $for-loop|012
         end
        end
        i32.const 1
       end
      else
       i32.const 0
      end
      if
       global.get $assembly/facts/flags
       i32.const 512
       i32.or
       global.set $assembly/facts/flags
      end
     end
    end
   end
   local.get $1
   local.get $3
   i32.ne
   if
    local.get $3
    i32.const 1
    i32.add
    local.set $0
    br $while-continue|0
   end
  end
 )
 (func $assembly/facts/addFact (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32)
  (local $5 i64)
  (local $6 v128)
  (local $7 i32)
  local.get $0
  i32.const 1
  i32.eq
  if
   local.get $4
   if
    block $__inlined_func$assembly/facts/host$240
     global.get $assembly/facts/flags
     i32.const 2048
     i32.and
     if
      global.get $assembly/facts/flags
      i32.const 4096
      i32.or
      global.set $assembly/facts/flags
      br $__inlined_func$assembly/facts/host$240
     end
     global.get $assembly/facts/flags
     i32.const 2048
     i32.or
     global.set $assembly/facts/flags
     i32.const 16440
     local.get $1
     i32.store
     i32.const 16444
     local.get $2
     i32.store
     local.get $1
     local.get $2
     local.get $3
     i32.const 0
     i32.const 0
     call $assembly/authority/isAuthority
     i32.eqz
     if
      global.get $assembly/facts/flags
      i32.const 8192
      i32.or
      global.set $assembly/facts/flags
     end
    end
   end
  else
   local.get $0
   i32.const 2
   i32.eq
   if
    local.get $1
    local.get $2
    local.get $3
    call $assembly/facts/connection
   else
    local.get $0
    i32.const 3
    i32.eq
    if
     block $__inlined_func$assembly/facts/contentLength$241
      global.get $assembly/facts/flags
      i32.const 1
      i32.and
      if
       global.get $assembly/facts/flags
       i32.const 4
       i32.or
       global.set $assembly/facts/flags
      end
      global.get $assembly/facts/flags
      i32.const 1
      i32.or
      global.set $assembly/facts/flags
      local.get $1
      local.set $0
      loop $for-loop|0
       local.get $0
       local.get $2
       i32.lt_u
       if
        local.get $0
        i32.load8_u
        local.tee $3
        i32.const 48
        i32.sub
        i32.const 10
        i32.ge_u
        if
         global.get $assembly/facts/flags
         i32.const 2
         i32.or
         global.set $assembly/facts/flags
         br $__inlined_func$assembly/facts/contentLength$241
        end
        local.get $3
        i32.const 48
        i32.sub
        i64.extend_i32_u
        local.get $5
        i64.const 10
        i64.mul
        i64.add
        local.tee $5
        i64.const 9007199254740991
        i64.gt_u
        if
         global.get $assembly/facts/flags
         i32.const 2
         i32.or
         global.set $assembly/facts/flags
         br $__inlined_func$assembly/facts/contentLength$241
        end
        local.get $0
        i32.const 1
        i32.add
        local.set $0
        br $for-loop|0
       end
      end
      local.get $1
      local.get $2
      i32.eq
      if
       global.get $assembly/facts/flags
       i32.const 2
       i32.or
       global.set $assembly/facts/flags
      end
      local.get $5
      global.set $assembly/facts/lengthValue
     end
    else
     local.get $0
     i32.const 4
     i32.eq
     if
      block $__inlined_func$assembly/facts/transferEncoding$128
       global.get $assembly/facts/flags
       i32.const 8
       i32.or
       global.set $assembly/facts/flags
       loop $while-continue|0
        local.get $1
        local.tee $0
        local.set $3
        loop $while-continue|01
         local.get $2
         local.get $3
         i32.gt_u
         if (result i32)
          local.get $3
          i32.load8_u
          i32.const 44
          i32.ne
         else
          i32.const 0
         end
         if
          local.get $3
          i32.const 1
          i32.add
          local.set $3
          br $while-continue|01
         end
        end
        loop $while-continue|03
         local.get $0
         local.get $3
         i32.lt_u
         if (result i32)
          local.get $0
          i32.load8_u
          local.tee $4
          i32.const 9
          i32.eq
          local.get $4
          i32.const 32
          i32.eq
          i32.or
         else
          i32.const 0
         end
         if
          local.get $0
          i32.const 1
          i32.add
          local.set $0
          br $while-continue|03
         end
        end
        local.get $0
        local.set $4
        local.get $3
        local.set $0
        loop $while-continue|05
         local.get $0
         local.get $1
         i32.gt_u
         if (result i32)
          local.get $0
          i32.const 1
          i32.sub
          i32.load8_u
          local.tee $7
          i32.const 9
          i32.eq
          local.get $7
          i32.const 32
          i32.eq
          i32.or
         else
          i32.const 0
         end
         if
          local.get $0
          i32.const 1
          i32.sub
          local.set $0
          br $while-continue|05
         end
        end
        global.get $assembly/facts/flags
        i32.const 16
        i32.and
        if
         global.get $assembly/facts/flags
         i32.const 32
         i32.or
         global.set $assembly/facts/flags
         global.get $assembly/facts/flags
         i32.const -17
         i32.and
         global.set $assembly/facts/flags
        end
        block $__inlined_func$assembly/facts/isWord$233 (result i32)
         i32.const 0
         local.get $0
         local.tee $1
         local.get $4
         i32.sub
         i32.const 7
         i32.ne
         br_if $__inlined_func$assembly/facts/isWord$233
         drop
         i32.const 0
         local.set $0
         loop $for-loop|00
          local.get $0
          i32.const 7
          i32.lt_u
          if
           i32.const 0
           i64.const 28259009760159843
           local.get $0
           i64.extend_i32_u
           i64.const 3
           i64.shl
           i64.shr_u
           i64.const 255
           i64.and
           i32.wrap_i64
           local.get $0
           local.get $4
           i32.add
           i32.load8_u
           local.tee $7
           i32.const 32
           i32.or
           local.get $7
           local.get $7
           i32.const 65
           i32.sub
           i32.const 26
           i32.lt_u
           select
           i32.ne
           br_if $__inlined_func$assembly/facts/isWord$233
           drop
           local.get $0
           i32.const 1
           i32.add
           local.set $0
           br $for-loop|00
          end
         end
         i32.const 1
        end
        if (result i32)
         global.get $assembly/facts/flags
         i32.const 16
         i32.or
        else
         global.get $assembly/facts/flags
         i32.const 128
         i32.const 64
         local.get $1
         local.get $4
         i32.gt_u
         if (result i32)
          v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
          local.get $4
          i32.load8_u
          i8x16.splat
          local.tee $6
          v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
          v128.and
          i8x16.swizzle
          v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
          local.get $6
          i32.const 4
          i8x16.shr_u
          i8x16.swizzle
          v128.and
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          i8x16.eq
          i8x16.bitmask
          i32.const 1
          i32.and
         else
          i32.const 1
         end
         select
         i32.or
        end
        global.set $assembly/facts/flags
        local.get $2
        local.get $3
        i32.eq
        br_if $__inlined_func$assembly/facts/transferEncoding$128
        local.get $3
        i32.const 1
        i32.add
        local.set $1
        br $while-continue|0
       end
       unreachable
      end
     else
      local.get $0
      i32.const 5
      i32.eq
      if
       local.get $4
       if
        local.get $1
        local.get $2
        call $assembly/facts/expectations
       end
      else
       local.get $0
       i32.const 6
       i32.eq
       local.get $1
       local.get $2
       i32.lt_u
       i32.and
       if
        global.get $assembly/facts/flags
        i32.const 65536
        i32.or
        global.set $assembly/facts/flags
       end
      end
     end
    end
   end
  end
 )
 (func $assembly/chunk/extension (param $0 i32) (param $1 i32) (result i32)
  (local $2 i32)
  (local $3 v128)
  (local $4 i32)
  (local $5 i32)
  (local $6 i32)
  loop $while-continue|0
   local.get $0
   local.get $1
   i32.lt_u
   if (result i32)
    local.get $0
    i32.load8_u
    local.tee $2
    i32.const 9
    i32.eq
    local.get $2
    i32.const 32
    i32.eq
    i32.or
   else
    i32.const 0
   end
   if
    local.get $0
    i32.const 1
    i32.add
    local.set $0
    br $while-continue|0
   end
  end
  local.get $0
  local.set $2
  block $__inlined_func$assembly/classes/skipToken$27 (result i32)
   loop $while-continue|00
    local.get $0
    local.get $1
    i32.lt_u
    if
     v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
     block $__inlined_func$assembly/lanes/at$18 (result v128)
      local.get $1
      local.get $0
      i32.sub
      local.tee $5
      i32.const 16
      i32.ge_s
      if
       local.get $0
       v128.load
       br $__inlined_func$assembly/lanes/at$18
      end
      local.get $1
      i32.const 16
      i32.sub
      v128.load
      v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
      i32.const 16
      local.get $5
      i32.sub
      i8x16.splat
      i8x16.add
      i8x16.swizzle
     end
     local.tee $3
     v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
     v128.and
     i8x16.swizzle
     v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
     local.get $3
     i32.const 4
     i8x16.shr_u
     i8x16.swizzle
     v128.and
     v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
     i8x16.eq
     i8x16.bitmask
     local.tee $5
     if
      local.get $0
      local.get $5
      i32.ctz
      i32.add
      br $__inlined_func$assembly/classes/skipToken$27
     end
     local.get $0
     i32.const 16
     i32.add
     local.set $0
     br $while-continue|00
    end
   end
   local.get $1
  end
  local.tee $5
  local.set $0
  loop $while-continue|01
   local.get $0
   local.get $1
   i32.lt_u
   if (result i32)
    local.get $0
    i32.load8_u
    local.tee $6
    i32.const 9
    i32.eq
    local.get $6
    i32.const 32
    i32.eq
    i32.or
   else
    i32.const 0
   end
   if
    local.get $0
    i32.const 1
    i32.add
    local.set $0
    br $while-continue|01
   end
  end
  local.get $2
  local.get $5
  i32.eq
  local.get $1
  local.get $5
  i32.gt_u
  i32.and
  if
   i32.const 16472
   local.get $2
   i32.store
   i32.const -18
   return
  end
  block $folding-inner0
   local.get $0
   local.get $1
   i32.eq
   br_if $folding-inner0
   local.get $0
   i32.load8_u
   i32.const 61
   i32.ne
   if
    local.get $0
    return
   end
   local.get $0
   i32.const 1
   i32.add
   local.set $0
   loop $while-continue|05
    local.get $0
    local.get $1
    i32.lt_u
    if (result i32)
     local.get $0
     i32.load8_u
     local.tee $2
     i32.const 9
     i32.eq
     local.get $2
     i32.const 32
     i32.eq
     i32.or
    else
     i32.const 0
    end
    if
     local.get $0
     i32.const 1
     i32.add
     local.set $0
     br $while-continue|05
    end
   end
   local.get $0
   local.get $1
   i32.eq
   br_if $folding-inner0
   local.get $0
   i32.load8_u
   i32.const 34
   i32.eq
   if
    local.get $0
    i32.const 1
    i32.add
    local.set $0
    block $__inlined_func$assembly/chunk/quotedString$279 (result i32)
     loop $for-loop|0
      local.get $0
      local.get $1
      i32.lt_u
      if
       local.get $0
       i32.load8_u
       local.tee $2
       i32.const 9
       i32.ne
       local.get $2
       i32.const 32
       i32.lt_u
       i32.and
       local.get $2
       i32.const 127
       i32.eq
       i32.or
       if
        i32.const 16472
        local.get $0
        i32.store
        i32.const -18
        br $__inlined_func$assembly/chunk/quotedString$279
       end
       local.get $4
       if
        i32.const 0
        local.set $4
       else
        local.get $2
        i32.const 92
        i32.eq
        if
         i32.const 1
         local.set $4
        else
         local.get $2
         i32.const 34
         i32.eq
         if
          local.get $0
          i32.const 1
          i32.add
          local.get $1
          i32.eq
          if (result i32)
           i32.const 16476
           global.get $assembly/outcome/linesLeft
           i32.const 24
           i32.shl
           i32.store
           i32.const 16480
           i32.const 1
           i32.store
           i32.const 16480
           i32.const 1
           i32.store
           i32.const 0
          else
           local.get $0
           i32.const 1
           i32.add
          end
          br $__inlined_func$assembly/chunk/quotedString$279
         end
        end
       end
       local.get $0
       i32.const 1
       i32.add
       local.set $0
       br $for-loop|0
      end
     end
     i32.const 16476
     global.get $assembly/outcome/linesLeft
     i32.const 24
     i32.shl
     i32.store
     i32.const 16480
     i32.const 1
     i32.store
     i32.const 16480
     i32.const 1
     i32.store
     i32.const 0
    end
    local.tee $0
    i32.const 0
    i32.le_s
    if
     local.get $0
     return
    end
   else
    local.get $0
    local.tee $2
    block $__inlined_func$assembly/classes/skipToken$32 (result i32)
     loop $while-continue|02
      local.get $0
      local.get $1
      i32.lt_u
      if
       v128.const i32x4 0x3f3e3f3a 0x3f3f3f3f 0x153d3e3e 0x1c3d1534
       block $__inlined_func$assembly/lanes/at$183 (result v128)
        local.get $1
        local.get $0
        i32.sub
        local.tee $4
        i32.const 16
        i32.ge_s
        if
         local.get $0
         v128.load
         br $__inlined_func$assembly/lanes/at$183
        end
        local.get $1
        i32.const 16
        i32.sub
        v128.load
        v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
        i32.const 16
        local.get $4
        i32.sub
        i8x16.splat
        i8x16.add
        i8x16.swizzle
       end
       local.tee $3
       v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f
       v128.and
       i8x16.swizzle
       v128.const i32x4 0x02010000 0x20100804 0x00000000 0x00000000
       local.get $3
       i32.const 4
       i8x16.shr_u
       i8x16.swizzle
       v128.and
       v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
       i8x16.eq
       i8x16.bitmask
       local.tee $4
       if
        local.get $0
        local.get $4
        i32.ctz
        i32.add
        br $__inlined_func$assembly/classes/skipToken$32
       end
       local.get $0
       i32.const 16
       i32.add
       local.set $0
       br $while-continue|02
      end
     end
     local.get $1
    end
    local.tee $0
    i32.eq
    if
     i32.const 16472
     local.get $2
     i32.store
     i32.const -18
     return
    end
   end
   loop $while-continue|010
    local.get $0
    local.get $1
    i32.lt_u
    if (result i32)
     local.get $0
     i32.load8_u
     local.tee $2
     i32.const 9
     i32.eq
     local.get $2
     i32.const 32
     i32.eq
     i32.or
    else
     i32.const 0
    end
    if
     local.get $0
     i32.const 1
     i32.add
     local.set $0
     br $while-continue|010
    end
   end
   local.get $0
   local.get $1
   i32.eq
   if (result i32)
    i32.const 16476
    global.get $assembly/outcome/linesLeft
    i32.const 24
    i32.shl
    i32.store
    i32.const 16480
    i32.const 1
    i32.store
    i32.const 16480
    i32.const 1
    i32.store
    i32.const 0
   else
    local.get $0
   end
   return
  end
  i32.const 16476
  global.get $assembly/outcome/linesLeft
  i32.const 24
  i32.shl
  i32.store
  i32.const 16480
  i32.const 1
  i32.store
  i32.const 16480
  i32.const 1
  i32.store
  i32.const 0
 )
 (func $assembly/chunk/chunkLine (param $0 i32) (param $1 i32) (result i32)
  (local $2 i32)
  (local $3 i64)
  (local $4 i32)
  (local $5 i32)
  local.get $0
  local.set $2
  loop $while-continue|0
   local.get $1
   local.get $2
   i32.gt_u
   if (result i32)
    local.get $2
    i32.load8_u
    local.tee $4
    i32.const 48
    i32.sub
    i32.const 10
    i32.lt_u
    if (result i32)
     i32.const 1
    else
     local.get $4
     i32.const 32
     i32.or
     local.get $4
     local.get $4
     i32.const 65
     i32.sub
     i32.const 26
     i32.lt_u
     select
     i32.const 97
     i32.sub
     i32.const 6
     i32.lt_u
    end
   else
    i32.const 0
   end
   if
    local.get $2
    i32.load8_u
    local.tee $4
    i32.const 48
    i32.sub
    local.tee $5
    i32.const 10
    i32.lt_u
    if (result i32)
     local.get $5
    else
     local.get $4
     i32.const 32
     i32.or
     local.get $4
     local.get $4
     i32.const 65
     i32.sub
     i32.const 26
     i32.lt_u
     select
     i32.const 87
     i32.sub
    end
    i64.extend_i32_u
    local.get $3
    i64.const 4
    i64.shl
    i64.or
    local.tee $3
    i64.const 9007199254740991
    i64.gt_u
    if
     i32.const 16472
     local.get $2
     i32.store
     i32.const -17
     return
    end
    local.get $2
    i32.const 1
    i32.add
    local.set $2
    br $while-continue|0
   end
  end
  block $folding-inner0
   local.get $1
   local.get $2
   i32.eq
   br_if $folding-inner0
   local.get $0
   local.get $2
   i32.eq
   if
    i32.const 16472
    local.get $2
    i32.store
    i32.const -16
    return
   end
   i32.const 16484
   local.get $3
   i64.store32
   i32.const 16488
   local.get $3
   i64.const 32
   i64.shr_u
   i64.store32
   local.get $2
   local.set $0
   loop $while-continue|02
    local.get $0
    local.get $1
    i32.lt_u
    if (result i32)
     local.get $0
     i32.load8_u
     local.tee $4
     i32.const 9
     i32.eq
     local.get $4
     i32.const 32
     i32.eq
     i32.or
    else
     i32.const 0
    end
    if
     local.get $0
     i32.const 1
     i32.add
     local.set $0
     br $while-continue|02
    end
   end
   local.get $0
   local.get $1
   i32.eq
   br_if $folding-inner0
   local.get $0
   i32.load8_u
   local.tee $4
   i32.const 59
   i32.ne
   if
    local.get $4
    i32.const 10
    i32.eq
    local.get $0
    local.get $2
    i32.eq
    i32.and
    if
     i32.const 16472
     local.get $2
     i32.store
     i32.const -7
     return
    end
    local.get $4
    i32.const 13
    i32.ne
    local.get $0
    local.get $2
    i32.gt_u
    i32.or
    if
     i32.const 16472
     local.get $0
     i32.store
     i32.const -16
     return
    end
   end
   local.get $0
   local.set $2
   loop $while-continue|1
    local.get $2
    i32.load8_u
    i32.const 59
    i32.eq
    if
     local.get $2
     i32.const 1
     i32.add
     local.get $1
     call $assembly/chunk/extension
     local.tee $2
     i32.const 0
     i32.le_s
     if
      local.get $2
      return
     end
     br $while-continue|1
    end
   end
   local.get $2
   i32.load8_u
   i32.const 13
   i32.ne
   if (result i32)
    i32.const 1
   else
    local.get $2
    i32.const 1
    i32.sub
    i32.load8_u
    local.tee $0
    i32.const 9
    i32.eq
    local.get $0
    i32.const 32
    i32.eq
    i32.or
   end
   if
    i32.const 16472
    local.get $2
    i32.store
    i32.const -18
    return
   end
   local.get $2
   i32.const 1
   i32.add
   local.tee $0
   local.get $1
   i32.eq
   br_if $folding-inner0
   local.get $0
   i32.load8_u
   i32.const 10
   i32.eq
   if (result i32)
    local.get $2
    i32.const 2
    i32.add
   else
    i32.const 16472
    local.get $2
    i32.store
    i32.const -6
   end
   return
  end
  i32.const 16476
  global.get $assembly/outcome/linesLeft
  i32.const 24
  i32.shl
  i32.store
  i32.const 16480
  i32.const 1
  i32.store
  i32.const 16480
  i32.const 1
  i32.store
  i32.const 0
 )
)
