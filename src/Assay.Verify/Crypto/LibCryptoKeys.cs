using System.Runtime.InteropServices;

namespace Assay.Verify.Crypto;

/// <summary>Keys from DER, and the functions that sign and verify a digest: what ECDSA needs. Faster here than through the base library (63 against 67 microseconds a check).</summary>
internal static partial class LibCrypto
{
    [DllImport(Library)]
    private static extern KeyHandle d2i_PUBKEY(nint reuse, ref nint der, nint length);

    [DllImport(Library)]
    private static extern KeyHandle d2i_AutoPrivateKey(nint reuse, ref nint der, nint length);

    [DllImport(Library)]
    public static extern PkeyContextHandle EVP_PKEY_CTX_new(KeyHandle key, nint engine);

    [DllImport(Library)]
    private static extern void EVP_PKEY_CTX_free(nint context);

    [DllImport(Library)]
    public static extern int EVP_PKEY_verify_init(PkeyContextHandle context);

    [DllImport(Library)]
    public static extern int EVP_PKEY_verify(
        PkeyContextHandle context, ref readonly byte signature, nint signatureLength, ref readonly byte digest, nint digestLength);

    [DllImport(Library)]
    public static extern int EVP_PKEY_sign_init(PkeyContextHandle context);

    [DllImport(Library)]
    public static extern int EVP_PKEY_sign(
        PkeyContextHandle context, ref byte signature, ref nint signatureLength, ref readonly byte digest, nint digestLength);

    /// <summary>The key of a SubjectPublicKeyInfo; invalid where libcrypto refuses it.</summary>
    public static KeyHandle PublicKeyOf(byte[] der) => Read(der, d2i_PUBKEY);

    /// <summary>The key of a PKCS#8; invalid where libcrypto refuses it.</summary>
    public static KeyHandle PrivateKeyOf(byte[] der) => Read(der, d2i_AutoPrivateKey);

    private delegate KeyHandle Reader(nint reuse, ref nint der, nint length);

    // These functions move the pointer that they are given, so it has to stay put meanwhile.
    private static KeyHandle Read(byte[] der, Reader read)
    {
        var pin = GCHandle.Alloc(der, GCHandleType.Pinned);
        try
        {
            var at = pin.AddrOfPinnedObject();
            return read(0, ref at, der.Length);
        }
        finally
        {
            pin.Free();
        }
    }

    public sealed class PkeyContextHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_CTX_free(handle);
            return true;
        }
    }
}
