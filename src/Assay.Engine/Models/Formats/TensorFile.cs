using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;

namespace Assay.Engine.Models.Formats;

/// <summary>One tensor in a file of its own, as ONNX's <c>TensorProto</c> (<c>.pb</c>).</summary>
public static class TensorFile
{
    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static NamedTensor Read(ReadOnlySpan<byte> file)
    {
        TensorProto proto;
        try
        {
            proto = TensorProto.Parser.ParseFrom(file);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelException($"truncated, or not an ONNX tensor: {e.Message}", e);
        }
        return new(proto.Name, new TensorMessages(ModelFiles.None, ReadLimits.Default).Read(proto));
    }

    public static byte[] Write(NamedTensor tensor) => TensorMessages.Write(tensor.Name, tensor.Value).ToByteArray();
}
