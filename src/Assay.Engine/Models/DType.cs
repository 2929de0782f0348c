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
}

public static class DTypes
{
    /// <summary>Bytes of one element; of a string, those of a reference to it.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.UInt8 or DType.Int8 or DType.Bool => 1,
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

    public static bool IsFloat(this DType type) =>
        type is DType.Float32 or DType.Float16 or DType.Float64 or DType.BFloat16;
}
