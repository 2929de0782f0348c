using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Assay.Engine.Models.Formats;

/// <summary>NumPy's <c>.npy</c> files, versions 1 to 3.</summary>
/// <remarks>Source: NumPy, numpy/lib/format.py (NEP 1).</remarks>
public static class Npy
{
    private const int MaxHeader = 64 * 1024;

    /// <summary>Reads one array; float16, float32, float64, bool and all integers, either byte order, C or Fortran order.</summary>
    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static Tensor Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 10 || file[0] != 0x93 || !file[1..6].SequenceEqual("NUMPY"u8))
            throw new ModelException("not an .npy file: the first six bytes are not its magic");
        var version = file[6];
        if (version is < 1 or > 3 || file[7] != 0)
            throw new ModelException($".npy version {version}.{file[7]} is not supported (1 to 3 are)");
        var wide = version > 1;
        if (file.Length < 12)
            throw new ModelException(".npy file is truncated in its header");
        long length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        var start = wide ? 12 : 10;
        if (length > MaxHeader || length > file.Length - start)
            throw new ModelException($".npy header of {length} bytes, where {file.Length - start} are there and {MaxHeader} allowed");
        var header = new Header(Encoding.Latin1.GetString(file.Slice(start, (int)length)));
        header.Parse();
        var data = file[(start + (int)length)..];
        var shape = Shape.Of(header.Dims.AsSpan());
        if (data.Length != (long)shape.Count * header.Type.Size())
            throw new ModelException($".npy holds {data.Length} bytes of data; {header.Type.Name()} {shape} needs {(long)shape.Count * header.Type.Size()}");
        var bytes = data.ToArray();
        if (header.BigEndian)
            Swap(bytes, header.Type.Size());
        var tensor = Tensor.Wrap(header.Type, header.Fortran ? Shape.Of([.. shape.Dims.Reverse()]) : shape, bytes);
        return header.Fortran ? Reverse(tensor, shape) : tensor;
    }

    /// <summary>Writes version 1.0, little-endian, C order.</summary>
    /// <exception cref="ModelException">NumPy has no such element type (bfloat16).</exception>
    public static byte[] Write(Tensor tensor)
    {
        var shape = tensor.Shape.Rank == 1 ? $"({tensor.Shape[0]},)" : $"({string.Join(", ", tensor.Shape.Dims)})";
        var text = $"{{'descr': '{Descr(tensor.Type)}', 'fortran_order': False, 'shape': {shape}, }}";
        var padded = (10 + text.Length + 1 + 63) / 64 * 64;
        var file = new byte[padded + tensor.Bytes.Length];
        file[0] = 0x93;
        "NUMPY"u8.CopyTo(file.AsSpan(1));
        file[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)(padded - 10));
        file.AsSpan(10, padded - 10).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, file.AsSpan(10));
        file[padded - 1] = (byte)'\n';
        tensor.Bytes.CopyTo(file.AsSpan(padded));
        return file;
    }

    private static string Descr(DType type) => type switch
    {
        DType.Float32 => "<f4",
        DType.Float64 => "<f8",
        DType.Float16 => "<f2",
        DType.Bool => "|b1",
        DType.Int8 => "|i1",
        DType.UInt8 => "|u1",
        DType.Int16 => "<i2",
        DType.UInt16 => "<u2",
        DType.Int32 => "<i4",
        DType.UInt32 => "<u4",
        DType.Int64 => "<i8",
        DType.UInt64 => "<u8",
        _ => throw new ModelException($".npy has no element type {type.Name()}"),
    };

    private static void Swap(Span<byte> bytes, int size)
    {
        for (var i = 0; i < bytes.Length; i += size)
            bytes.Slice(i, size).Reverse();
    }

    /// <summary>From Fortran order (read as the transposed C array) to C order.</summary>
    private static Tensor Reverse(Tensor transposed, Shape shape)
    {
        var result = Tensor.Create(transposed.Type, shape);
        var size = transposed.Type.Size();
        for (var i = 0; i < result.Count; i++)
        {
            int rest = i, from = 0;
            var step = result.Count;
            for (var axis = shape.Rank - 1; axis >= 0; axis--)
            {
                step /= shape[axis];
                from += rest % shape[axis] * step;
                rest /= shape[axis];
            }
            transposed.Bytes.Slice(from * size, size).CopyTo(result.MutableBytes.Slice(i * size, size));
        }
        return result;
    }

    /// <summary>The header is a Python dictionary literal with exactly three keys; no more of Python is understood.</summary>
    private sealed class Header(string text)
    {
        private int at;
        private bool hasDescr, hasOrder, hasShape;

        public DType Type { get; private set; }

        public bool BigEndian { get; private set; }

        public bool Fortran { get; private set; }

        public long[] Dims { get; private set; } = [];

        public void Parse()
        {
            Expect('{');
            while (!Take('}'))
            {
                var key = Quoted();
                Expect(':');
                switch (key)
                {
                    case "descr" when !hasDescr: hasDescr = true; Describe(Quoted()); break;
                    case "fortran_order" when !hasOrder: hasOrder = true; Fortran = Word() switch { "True" => true, "False" => false, _ => throw Bad() }; break;
                    case "shape" when !hasShape: hasShape = true; Dims = Tuple(); break;
                    default: throw Bad();
                }
                if (!Take(','))
                {
                    Expect('}');
                    break;
                }
            }
            Skip();
            if (at < text.Length || !hasDescr || !hasOrder || !hasShape)
                throw Bad();
        }

        private void Describe(string descr)
        {
            if (descr.Length != 3)
                throw new ModelException($".npy element type '{descr}' is not supported");
            BigEndian = descr[0] == '>';
            foreach (var type in Enum.GetValues<DType>())
                if (type < DType.BFloat16 && type != DType.String && Npy.Descr(type)[1..] == descr[1..] && (descr[0] is '<' or '>' || descr[0] == '|' && type.Size() == 1))
                {
                    Type = type;
                    return;
                }
            throw new ModelException($".npy element type '{descr}' is not supported");
        }

        private long[] Tuple()
        {
            var dims = new List<long>();
            Expect('(');
            while (!Take(')'))
            {
                var word = Word().TrimEnd('L');
                if (dims.Count == Shape.MaxRank || !long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var d))
                    throw Bad();
                dims.Add(d);
                if (!Take(','))
                {
                    Expect(')');
                    break;
                }
            }
            return [.. dims];
        }

        private string Quoted()
        {
            Skip();
            if (at >= text.Length || text[at] is not ('\'' or '"'))
                throw Bad();
            var end = text.IndexOf(text[at], at + 1);
            if (end < 0 || end - at > 32)
                throw Bad();
            var inside = text[(at + 1)..end];
            at = end + 1;
            return inside;
        }

        private string Word()
        {
            Skip();
            var start = at;
            while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
                at++;
            return text[start..at];
        }

        private bool Take(char c)
        {
            Skip();
            if (at >= text.Length || text[at] != c)
                return false;
            at++;
            return true;
        }

        private void Expect(char c)
        {
            if (!Take(c))
                throw Bad();
        }

        private void Skip()
        {
            while (at < text.Length && text[at] is ' ' or '\n' or '\t')
                at++;
        }

        private ModelException Bad() => new($".npy header is not understood near character {at}");
    }
}
