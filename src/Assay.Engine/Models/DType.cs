namespace Assay.Engine.Models;

/// <summary>Element types. The numbers are those of ONNX's <c>TensorProto.DataType</c>.</summary>
public enum DType : byte
{
    Float32 = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Float64 = 11,
    UInt32 = 12,
    UInt64 = 13,
    BFloat16 = 16,
    Float8E4M3FN = 17,
    Float8E4M3FNUZ = 18,
    Float8E5M2 = 19,
    Float8E5M2FNUZ = 20,
    UInt4 = 21,
    Int4 = 22,
    Float4E2M1 = 23,
    Float8E8M0 = 24,
    UInt2 = 25,
    Int2 = 26,
}

public static class DTypes
{
    /// <summary>Bytes of one element in memory: the types below eight bits take a whole byte each, and only files pack them; of a string, those of a reference to it.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.UInt8 or DType.Int8 or DType.Bool => 1,
        >= DType.Float8E4M3FN and <= DType.Int2 => 1,
        DType.UInt16 or DType.Int16 or DType.Float16 or DType.BFloat16 => 2,
        DType.Float32 or DType.Int32 or DType.UInt32 => 4,
        DType.Float64 or DType.Int64 or DType.UInt64 or DType.String => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown element type"),
    };

    /// <summary>The name used in receipts and on the command line: <c>float32</c>, <c>int64</c>, …</summary>
    public static string Name(this DType type) => type switch
    {
        DType.Float32 => "float32",
        DType.UInt8 => "uint8",
        DType.Int8 => "int8",
        DType.UInt16 => "uint16",
        DType.Int16 => "int16",
        DType.Int32 => "int32",
        DType.Int64 => "int64",
        DType.String => "string",
        DType.Bool => "bool",
        DType.Float16 => "float16",
        DType.Float64 => "float64",
        DType.UInt32 => "uint32",
        DType.UInt64 => "uint64",
        DType.BFloat16 => "bfloat16",
        DType.Float8E4M3FN => "float8e4m3fn",
        DType.Float8E4M3FNUZ => "float8e4m3fnuz",
        DType.Float8E5M2 => "float8e5m2",
        DType.Float8E5M2FNUZ => "float8e5m2fnuz",
        DType.UInt4 => "uint4",
        DType.Int4 => "int4",
        DType.Float4E2M1 => "float4e2m1",
        DType.Float8E8M0 => "float8e8m0",
        DType.UInt2 => "uint2",
        DType.Int2 => "int2",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown element type"),
    };

    /// <summary>The inverse of <see cref="Name"/> for types whose elements are bytes; null where the name is unknown.</summary>
    public static DType? Parse(string name)
    {
        foreach (var type in Enum.GetValues<DType>())
            if (type.Name() == name && type != DType.String)
                return type;
        return null;
    }

    /// <summary>Floating-point numbers that the profile computes with.</summary>
    public static bool IsFloat(this DType type) =>
        type is DType.Float32 or DType.Float16 or DType.Float64 or DType.BFloat16;

    /// <summary>Integers that the profile computes with: 8 to 64 bits.</summary>
    public static bool IsInteger(this DType type) =>
        type is DType.UInt8 or DType.Int8 or DType.UInt16 or DType.Int16 or DType.Int32 or DType.Int64 or DType.UInt32 or DType.UInt64;

    /// <summary>Numbers that the profile computes with; the small types are only moved, cast and quantised.</summary>
    public static bool IsNumber(this DType type) => type.IsFloat() || type.IsInteger();

    /// <summary>Floats of 8 and 4 bits.</summary>
    public static bool IsSmallFloat(this DType type) =>
        type is DType.Float8E4M3FN or DType.Float8E4M3FNUZ or DType.Float8E5M2 or DType.Float8E5M2FNUZ or DType.Float4E2M1 or DType.Float8E8M0;

    /// <summary>Integers of 4 and 2 bits.</summary>
    public static bool IsSmallInteger(this DType type) => type is DType.UInt4 or DType.Int4 or DType.UInt2 or DType.Int2;

    /// <summary>Whether an integer type has negative values.</summary>
    public static bool IsSigned(this DType type) => type is DType.Int8 or DType.Int16 or DType.Int32 or DType.Int64 or DType.Int4 or DType.Int2;

    /// <summary>Bits of one element: what a file packs it to.</summary>
    public static int Bits(this DType type) => type switch
    {
        DType.UInt4 or DType.Int4 or DType.Float4E2M1 => 4,
        DType.UInt2 or DType.Int2 => 2,
        _ => 8 * type.Size(),
    };
}
