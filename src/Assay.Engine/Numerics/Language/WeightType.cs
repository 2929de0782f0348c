namespace Assay.Engine.Numerics.Language;

/// <summary>How the numbers of a weight matrix are stored; the numbers are those of the GGUF format. docs/spec/assay-llm-v1.md, section 1.</summary>
public enum WeightType
{
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    BF16 = 30,
}

/// <summary>The layout of a weight type: rows are whole blocks, one after another.</summary>
public static class WeightTypes
{
    extension(WeightType type)
    {
        /// <summary>Whether the profile knows the type.</summary>
        public bool IsKnown => Layout(type).Numbers > 0;

        /// <summary>Numbers in one block.</summary>
        public int BlockSize => Layout(type).Numbers;

        /// <summary>Bytes of one block.</summary>
        public int BlockBytes => Layout(type).Bytes;

        /// <summary>Whether products with it quantise the activations (section 1.2 of the profile).</summary>
        public bool IsQuantized => Layout(type).Numbers > 1;

        /// <summary>Bytes of a row of that many numbers, a multiple of the block's.</summary>
        public long RowBytes(long columns) => columns / type.BlockSize * type.BlockBytes;
    }

    private static (int Numbers, int Bytes) Layout(WeightType type) => type switch
    {
        WeightType.F32 => (1, 4),
        WeightType.F16 or WeightType.BF16 => (1, 2),
        WeightType.Q4_0 => (32, 2 + 16),
        WeightType.Q4_1 => (32, 2 + 2 + 16),
        WeightType.Q5_0 => (32, 2 + 4 + 16),
        WeightType.Q5_1 => (32, 2 + 2 + 4 + 16),
        WeightType.Q8_0 => (32, 2 + 32),
        WeightType.Q2_K => (256, 16 + 64 + 2 + 2),
        WeightType.Q3_K => (256, 32 + 64 + 12 + 2),
        WeightType.Q4_K => (256, 2 + 2 + 12 + 128),
        WeightType.Q5_K => (256, 2 + 2 + 12 + 32 + 128),
        WeightType.Q6_K => (256, 128 + 64 + 16 + 2),
        _ => (0, 0),
    };
}
