namespace Assay.Engine.Models.Language;

/// <summary>Weights as stored: <paramref name="Rows"/> rows of <paramref name="Columns"/> numbers, row after row. A row makes one output.</summary>
/// <param name="Name">The tensor's name in the file, for messages. A cut of a tensor keeps its name.</param>
/// <param name="Rows">Outputs; 1 for a vector.</param>
/// <param name="Columns">Inputs; a multiple of the type's block.</param>
/// <param name="Data">Little-endian, Rows · type.RowBytes(Columns) bytes; valid until the model is disposed of.</param>
public sealed record WeightMatrix(string Name, WeightType Type, int Rows, int Columns, ReadOnlyMemory<byte> Data)
{
    /// <summary>Some of the rows, without copying.</summary>
    public WeightMatrix Cut(int firstRow, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, Rows - rows);
        var bytes = Type.RowBytes(Columns);
        return this with { Rows = rows, Data = Data.Slice((int)(firstRow * bytes), (int)(rows * bytes)) };
    }
}
