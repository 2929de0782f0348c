using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>The floats of 8 and 4 bits: read exactly, written as a Cast's attributes say.</summary>
internal static class SmallFloats
{
    public static float Load(DType type, byte bits) => type == DType.Float8E8M0 ? PowerFloat.ToSingle(bits) : Format(type).ToSingle(bits);

    public static byte Store(Attributes a, DType type, float value)
    {
        var saturate = a.Int("saturate", 1) != 0;
        return type == DType.Float8E8M0
            ? PowerFloat.FromSingle(value, saturate, a.Text("round_mode", "up"))
            : Format(type).FromSingle(value, saturate);
    }

    private static SmallFloat Format(DType type) => type switch
    {
        DType.Float8E4M3FN => SmallFloat.E4M3FN,
        DType.Float8E4M3FNUZ => SmallFloat.E4M3FNUZ,
        DType.Float8E5M2 => SmallFloat.E5M2,
        DType.Float8E5M2FNUZ => SmallFloat.E5M2FNUZ,
        DType.Float4E2M1 => SmallFloat.E2M1,
        _ => throw new ModelException($"{type.Name()} is not a small float"),
    };
}
